#version 330 core
layout(location = 0) in vec3 position;
layout(location = 1) in vec3 normal;
layout(location = 2) in float slope;
layout(location = 3) in vec2 cell;
layout(location = 4) in float hidden;
layout(location = 5) in float place;
uniform mat4 matrix;
out vec3 at;
out vec3 smooth_normal;
out float steepness;
out vec2 grid_place;
out float hidden_sky;
out float colour_place;

void main()
{
    gl_Position = matrix * vec4(position, 1);
    at = position;
    smooth_normal = normal;
    steepness = slope;
    grid_place = cell;
    hidden_sky = hidden;
    colour_place = place;
}
