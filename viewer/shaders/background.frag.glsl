#version 330 core
in vec2 place;
uniform vec3 bottom, top;
out vec4 colour;

void main()
{
    colour = vec4(mix(bottom, top, smoothstep(0.0, 1.0, place.y)), 1);
}
