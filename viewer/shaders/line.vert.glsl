#version 330 core
// A segment becomes a rectangle that faces the viewer. The fragment shader rounds its ends, so that
// pieces of a line join.
layout(location = 0) in vec3 from;
layout(location = 1) in vec3 to;
layout(location = 2) in uint level;
uniform mat4 matrix;
uniform vec3 pull;      // towards the viewer: lines lie on the surface, and shall win
uniform vec2 viewport;  // pixels
uniform float half_width;
flat out vec2 start, end;
flat out uint line_level;

void main()
{
    vec4 a = matrix * vec4(from + pull, 1), b = matrix * vec4(to + pull, 1);
    const float nearest = 0.01;
    if (a.w < nearest && b.w > nearest)
        a = mix(a, b, (nearest - a.w) / (b.w - a.w));
    else if (b.w < nearest && a.w > nearest)
        b = mix(b, a, (nearest - b.w) / (a.w - b.w));
    vec2 pa = (a.xy / a.w * 0.5 + 0.5) * viewport, pb = (b.xy / b.w * 0.5 + 0.5) * viewport;
    vec2 along = pb - pa;
    float length_in_pixels = length(along);
    along = length_in_pixels > 1e-4 ? along / length_in_pixels : vec2(1, 0);
    vec2 across = vec2(-along.y, along.x);
    float reach = half_width + 1.0;
    bool is_end = (gl_VertexID & 1) == 1;
    float side = gl_VertexID < 2 ? -1.0 : 1.0;
    vec4 here = is_end ? b : a;
    vec2 p = (is_end ? pb + along * reach : pa - along * reach) + across * side * reach;
    bool is_behind = a.w < nearest && b.w < nearest;
    gl_Position = is_behind ? vec4(2, 2, 2, 1)
                            : vec4((p / viewport * 2.0 - 1.0) * here.w, here.z, here.w);
    start = pa;
    end = pb;
    line_level = level;
}
