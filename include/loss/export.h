/* Surfaces as files of other programs, and the colour maps shared by files, pictures and the
 * viewer. */
#ifndef LOSS_EXPORT_H
#define LOSS_EXPORT_H

#include <loss/scale.h>
#include <loss/surface.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How the loss becomes a height. The raw loss is always kept beside it where the format has room.
 *  Since 0.1. */
typedef enum loss_height {
    /** LOG where loss_scale_of_range() of the finite losses is logarithmic, else FIT */
    LOSS_HEIGHT_AUTO = 0,
    /** scaled so that the range of finite heights is as long as the longer axis */
    LOSS_HEIGHT_FIT = 1,
    LOSS_HEIGHT_RAW = 2, /**< the loss itself */
    LOSS_HEIGHT_LOG = 3  /**< log10 of the loss, scaled as FIT; a loss of 0 or less has no height */
} loss_height;

/** How a surface is written. Start from LOSS_EXPORT_OPTIONS_INIT. Since 0.1. */
typedef struct loss_export_options {
    size_t struct_size; /**< sizeof(loss_export_options): set by the initialiser */
    bool ascii;         /**< PLY and STL as text; others have one form */
    loss_height height; /**< PLY, VTP, glTF, OBJ, STL, HTML */
    /** of the points to write; if the file holds only the other split, that one. .csv and .npz hold
     *  all splits */
    loss_split split;
    const char *colours; /**< colour map of vertex colours; NULL: viridis. Borrowed. */
} loss_export_options;

/** The defaults of loss_export_options. Since 0.1. */
#define LOSS_EXPORT_OPTIONS_INIT                                                                   \
    {                                                                                              \
        sizeof(loss_export_options), false, LOSS_HEIGHT_AUTO, LOSS_SPLIT_TEST, NULL                \
    }

/** A format that surfaces are written in. Since 0.1. */
typedef struct loss_export_format {
    const char *ending; /**< of the file, such as ".ply" */
    const char *what;   /**< what is in it, in a few words */
    bool has_paths;     /**< loss_surface_export_path() writes it too */
} loss_export_format;

/** Format number i, NULL past the last. Static storage. Threads: any. Since 0.1. */
LOSS_API const loss_export_format *loss_export_format_at(size_t i);

/** Writes a surface in the format that the ending of path names, atomically:
 *  loss_export_format_at() lists them. Points that are absent or not finite are left out of faces;
 *  they are never moved or given a number.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (a height or split out of range), LOSS_ERR_NAME (ending or
 *          colour map), LOSS_ERR_SHAPE (a line has no faces: only .csv, .npz and .vti; .glb: no
 *          face at all; .html: no finite loss, or too many points), LOSS_ERR_IO, LOSS_ERR_NOMEM.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_export(loss_surface *surface, const char *path,
                                         const loss_export_options *opt);

/** Writes the surface's training paths, atomically: .csv, a row for each checkpoint and split; or
 *  .ply and .vtp, a vertex for each checkpoint of the split at the height of the loss on the plane
 *  there, scaled as the mesh of the same options, with losses, residual and epoch, and edges or
 *  lines from one to the next of a run. A checkpoint without a height is left out there. A file
 *  without a path gives an empty table.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (a height or split out of range), LOSS_ERR_NAME (ending),
 *          LOSS_ERR_IO, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_export_path(loss_surface *surface, const char *path,
                                              const loss_export_options *opt);

/** Writes the critical points of a split's loss that persist by at least `persistence`, atomically:
 *  .csv, a row each, or .vtp, points at the heights of the mesh of the same options. Where points
 * of the grid are absent or not finite, the surface has a hole.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (a height or split out of range, a persistence that is NaN),
 *          LOSS_ERR_NAME (ending), LOSS_ERR_SHAPE, LOSS_ERR_IO, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_export_criticals(loss_surface *surface, const char *path,
                                                   double persistence,
                                                   const loss_export_options *opt);

/** Names of the colour maps, ended by NULL: "viridis" (the default), "cividis", "magma", which can
 *  be read by the colour-blind and in grey; "coolwarm", for values on both sides of a middle;
 *  "terrain". Static storage. Threads: any. Since 0.1. */
LOSS_API const char *const *loss_colour_maps(void);

/** The colour map that suits a scale: one that diverges from a neutral middle where that is 0 (low
 *  is -high), else the first of loss_colour_maps(). Static storage. Threads: any. Since 0.1. */
LOSS_API const char *loss_colour_map_for(const loss_scale *scale);

/** Colour at t (clamped to 0 .. 1; NaN gives mid-grey) of a map, as sRGB bytes.
 *  @return LOSS_OK, LOSS_ERR_NAME (with the nearest name)
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_colour_at(const char *map, double t, uint8_t rgb[3]);

/** Steps of a colour map as a table. Since 0.1. */
#define LOSS_COLOUR_STEPS 256

/** Rows of loss_colours_lit(): a colour in shade, as it is, and in light. Since 0.1. */
enum { LOSS_LIGHT_SHADE, LOSS_LIGHT_PLAIN, LOSS_LIGHT_LIT, LOSS_N_LIGHTS };

/** A map's colours in shade and in light, for pictures in which shapes show and values still are
 *  read: each moves at a right angle to the map's way through CIE Lab, and what lies between two
 *  rows is read by loss_colour_read() as the same place, to 2 % of the map.
 *  @param lit  [LOSS_N_LIGHTS][LOSS_COLOUR_STEPS][3] sRGB, written. Caller-owned.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (NULL), LOSS_ERR_NAME (with the nearest name)
 *  Threads: any. Cost: some hundredths of a second. Since 0.1. */
LOSS_API loss_status loss_colours_lit(const char *map,
                                      uint8_t lit[LOSS_N_LIGHTS][LOSS_COLOUR_STEPS][3]);

/** The place of a map, 0 to 1, whose colour is nearest to one of a picture, in CIE Lab.
 *  @param rgb  [3] sRGB. Borrowed. @param t  written
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (NULL), LOSS_ERR_NAME (with the nearest name)
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_colour_read(const char *map, const uint8_t rgb[3], double *t);

/** How many colours loss_run_colour() has. Since 0.1. */
#define LOSS_RUN_COLOURS 6

/** The colour that a run of training has in pictures: its number in the order of the file, the
 * first one again after LOSS_RUN_COLOURS. All are bright and are drawn with a dark rim; the
 * colour-blind tell them apart by lightness, too.
 *  @return [3] red, green and blue as sRGB, 0 to 1. Static storage. Threads: any. Since 0.1. */
LOSS_API const double *loss_run_colour(size_t run);

/** Tells what an exported file (.ply .vti .vtp .glb .obj .stl .csv .npz) or a file of weights
 *  (.safetensors, PyTorch, .npz) holds, by its content: one JSON object with at least "kind". *json
 *  is owned by the caller: loss_string_free().
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_FORMAT (none of these, or damaged), LOSS_ERR_NOMEM.
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_file_describe(const char *path, char **json);

/** What loss_weights_convert() did to names, and chose. Start from LOSS_CONVERT_REPORT_INIT. Texts
 *  are cut if they are longer. Since 0.1. */
typedef struct loss_convert_report {
    size_t struct_size; /**< sizeof(loss_convert_report): set by the initialiser */
    char key[256];      /**< of the set of tensors that was taken; "": the file's top */
    char others[400];   /**< other sets of tensors in the file: "ema (102 tensors), ..." */
    char dropped[256];  /**< prefix that all names had, and have no more: "module." */
    char kept[256];     /**< prefix that all names still have: "backbone." */
} loss_convert_report;

/** The defaults of loss_convert_report. Since 0.1. */
#define LOSS_CONVERT_REPORT_INIT                                                                   \
    {                                                                                              \
        sizeof(loss_convert_report), "", "", "", ""                                                \
    }

/** Writes the tensors of a file of weights (anything loss_net_load() takes) as .safetensors,
 *  atomically, with the types they have. Prefixes that all names share because of how the model was
 *  wrapped (module. and _orig_mod.) are dropped. Other names stay as they are, also where all have
 *  a prefix: which part belongs to the network only the network tells, and loss_net_load() asks it.
 *  @param key  which of several sets of tensors, as loss_load_options has it; NULL: the only one
 *  @param report  from LOSS_CONVERT_REPORT_INIT, written on success; may be NULL.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (no path, struct_size), LOSS_ERR_IO, LOSS_ERR_FORMAT,
 *          LOSS_ERR_NOMEM.
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_weights_convert(const char *from, const char *to, const char *key,
                                          loss_convert_report *report);

#ifdef __cplusplus
}
#endif
#endif
