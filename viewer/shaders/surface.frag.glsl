#version 330 core
// Textures by number as in settings.h: 0 height, 1 bands, 2 isolines, 3 checker, 4 wireframe,
// 5 slope.
const int BANDS = 1, ISOLINES = 2, CHECKER = 3, WIREFRAME = 4, SLOPE = 5;
in vec3 at;
in vec3 smooth_normal;
in float steepness;
in vec2 grid_place;
in float hidden_sky;
in float colour_place;      // far below 0: nothing is known there
uniform sampler2D colours;
uniform int surface_texture, n_levels;
uniform bool is_flat, has_edges;
uniform float levels[40];   // places on the scale, ascending
uniform float height, steepest, checks, contrast;
uniform vec3 eye, to_light, paper, ink;
uniform bool is_parallel;
uniform vec3 towards;       // the viewer, with parallel rays
uniform float ghost;        // its opacity; 0: a solid surface
uniform bool has_region;    // a basin is shown: what is beyond it is pale
uniform sampler2D region;   // 1 within it, at the relief's points
uniform vec2 region_scale, region_offset; // from the grid's place to the texture's
uniform float region_end, region_line;    // its end, a height; pixels
out vec4 colour;

// Rows of the texture: in shade (light -1), plain (0), in light (1).
vec3 mapped(float place, float light)
{
    return texture(colours, vec2(clamp(place, 0.0, 1.0) * 255.0 / 256.0 + 0.5 / 256.0,
                                 0.5 + clamp(light, -1.0, 1.0) / 3.0)).rgb;
}

float banded(float place)
{
    float low = 0.0, high = 1.0;
    for (int i = 0; i < n_levels; i++)
        if (levels[i] <= place)
            low = levels[i];
        else {
            high = levels[i];
            break;
        }
    return (low + high) / 2.0;
}

// How much of a pixel a line of the grid covers. Lines closer than some pixels fade, or they would
// be a grey veil.
float on_grid_line(float thickness)
{
    vec2 width = max(fwidth(grid_place), 1e-6);
    vec2 away = abs(fract(grid_place - 0.5) - 0.5) / width;
    vec2 line = 1.0 - smoothstep(thickness - 0.5, thickness + 0.5, away);
    line *= 1.0 - smoothstep(0.15, 0.5, width);
    return max(line.x, line.y);
}

void main()
{
    float place = colour_place;
    if (at.z / height > 1.0 + 1e-5)
        discard;
    vec3 n = is_flat ? normalize(cross(dFdx(at), dFdy(at))) : normalize(smooth_normal);
    vec3 view = is_parallel ? towards : normalize(eye - at);
    if (dot(n, view) < 0.0)
        n = -n;
    // What is level has the colour of the bar; slopes are lighter or darker than it.
    // What hides the sky takes light away, too.
    float light = contrast * (2.0 * (dot(n, to_light) - max(to_light.z, 0.0)) - 1.1 * hidden_sky);

    vec3 base;
    if (surface_texture == BANDS)
        base = mapped(banded(place), light);
    else if (surface_texture == ISOLINES)
        base = mix(paper, ink, clamp(0.10 - 0.10 * light, 0.0, 0.3));
    else if (surface_texture == CHECKER) {
        vec2 check = floor(grid_place / checks);
        base = mapped(place, 0.4 * light + (mod(check.x + check.y, 2.0) < 0.5 ? 0.6 : -0.6));
    } else if (surface_texture == WIREFRAME)
        base = mix(mix(paper, ink, 0.06), mapped(place, light), on_grid_line(1.0));
    else if (surface_texture == SLOPE)
        base = mapped(steepest > 0.0 ? steepness / steepest : 0.0, light);
    else
        base = mapped(place, light);
    if (place < -0.5 && surface_texture != SLOPE && surface_texture != ISOLINES)
        base = mix(paper, ink, clamp(0.3 - 0.15 * light, 0.1, 0.5));
    if (has_edges && surface_texture != WIREFRAME)
        base = mix(base, base * 0.25, 0.75 * on_grid_line(0.6));
    if (has_region) {
        bool is_near = texture(region, grid_place * region_scale + region_offset).r > 0.5;
        float below = (region_end - at.z) / max(fwidth(at.z), 1e-6);
        if (!is_near || below < 0.0)
            base = mix(base, paper, 0.62);
        if (is_near)
            base = mix(ink, base,
                       smoothstep(region_line - 0.5, region_line + 0.5, abs(below)));
    }
    if (ghost > 0.0)
        colour = vec4(mix(base, ink, 0.35), ghost);
    else
        colour = vec4(base, 1.0);
}
