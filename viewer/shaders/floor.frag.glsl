#version 330 core
in vec2 place;
uniform sampler2D shadow;
uniform float darkest;
out vec4 colour;

void main()
{
    vec2 inwards = smoothstep(0.0, 0.12, min(place, 1.0 - place)); // it ends nowhere
    colour = vec4(0, 0, 0, darkest * texture(shadow, place).r * inwards.x * inwards.y);
}
