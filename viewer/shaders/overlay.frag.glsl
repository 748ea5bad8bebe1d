#version 330 core
in vec2 place;
uniform sampler2D overlay; // premultiplied, first row on top
out vec4 colour;

void main()
{
    colour = texture(overlay, vec2(place.x, 1.0 - place.y));
}
