#version 330 core
// The floor as two triangles.
uniform mat4 matrix;
uniform float reach;
out vec2 place;

void main()
{
    place = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    // Somewhat lower, or it would darken the surface where that touches the floor.
    gl_Position = matrix * vec4((place * 2.0 - 1.0) * reach, -0.03, 1);
}
