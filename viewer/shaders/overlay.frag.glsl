#version 330 core
uniform sampler2D overlay; // premultiplied, first row on top; a texel a pixel
out vec4 colour;

void main()
{
    ivec2 at = ivec2(gl_FragCoord.xy);
    colour = texelFetch(overlay, ivec2(at.x, textureSize(overlay, 0).y - 1 - at.y), 0);
}
