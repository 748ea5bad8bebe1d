/* A look at the wire format of protocol buffers before protobuf-c unpacks it. protobuf-c calls
 * itself for messages in messages without a limit, and a hostile file has as many of them as it
 * likes. */
#include "onnx/file.h"

enum { MOST_NESTED = 64 }; /* a graph in an attribute of a node takes three levels */

typedef struct span {
    const uint8_t *at, *end;
} span;

/* A number of seven bits a byte; false past the end, and after ten bytes. */
static bool take_number(span *s, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 70 && s->at < s->end; shift += 7) {
        uint8_t byte = *s->at++;
        *value |= shift < 64 ? (uint64_t)(byte & 127) << shift : 0;
        if (byte < 128)
            return true;
    }
    return false;
}

static bool skip(span *s, uint64_t n)
{
    if (n > (uint64_t)(s->end - s->at))
        return false;
    s->at += n;
    return true;
}

/* The description of the messages in field `id`; NULL: it holds none, or is not known. */
static const ProtobufCMessageDescriptor *message_in(const ProtobufCMessageDescriptor *message,
                                                    uint64_t id)
{
    const ProtobufCFieldDescriptor *field =
        id <= UINT32_MAX ? protobuf_c_message_descriptor_get_field(message, (unsigned)id) : NULL;
    return field && field->type == PROTOBUF_C_TYPE_MESSAGE ? field->descriptor : NULL;
}

static bool is_sound(span s, const ProtobufCMessageDescriptor *message, unsigned depth)
{
    while (s.at < s.end) {
        uint64_t tag, n;
        if (!take_number(&s, &tag))
            return false;
        switch (tag & 7) {
        case 0:
            if (!take_number(&s, &n))
                return false;
            break;
        case 1:
            if (!skip(&s, 8))
                return false;
            break;
        case 5:
            if (!skip(&s, 4))
                return false;
            break;
        case 2: {
            const uint8_t *end;
            if (!take_number(&s, &n) || n > (uint64_t)(s.end - s.at))
                return false;
            end = s.at + n;
            const ProtobufCMessageDescriptor *inner = message_in(message, tag >> 3);
            if (inner && (!depth || !is_sound((span){s.at, end}, inner, depth - 1)))
                return false;
            s.at = end;
            break;
        }
        default: /* groups, which ONNX does without */ return false;
        }
    }
    return true;
}

bool lossi_onnx_wire_is_sound(const uint8_t *bytes, size_t size,
                              const ProtobufCMessageDescriptor *message)
{
    return is_sound((span){bytes, bytes + size}, message, MOST_NESTED);
}
