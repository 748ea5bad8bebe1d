#version 330 core
flat in vec2 start, end;
flat in uint line_level;
uniform vec4 line_colours[8]; // by level, the last for all above
uniform float half_width;
uniform bool is_mapped;         // colours by the place of the level on the scale
uniform float places[40];
uniform sampler2D colours;
uniform vec2 origin;          // of the viewport in the window
out vec4 colour;

void main()
{
    vec2 p = gl_FragCoord.xy - origin, along = end - start;
    float t = clamp(dot(p - start, along) / max(dot(along, along), 1e-6), 0.0, 1.0);
    float away = length(p - start - t * along);
    float cover = 1.0 - smoothstep(half_width - 0.5, half_width + 0.5, away);
    if (cover <= 0.0)
        discard;
    colour = line_colours[min(line_level, 7u)];
    if (is_mapped)
        colour.rgb = texture(colours, vec2(places[min(line_level, 39u)], 0.5)).rgb;
    colour.a *= cover;
}
