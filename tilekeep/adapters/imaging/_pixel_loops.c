/* Loops over pixels that neither NumPy nor a library on the package index runs fast enough: the row filters of PNG
 * undone and applied (ISO/IEC 15948, clause 9), and palettes as Pillow's fast octree finds them.
 *
 * Pixels are 32-bit words, red in the lowest byte.  Every function checks sizes and alignment of all buffers before it
 * touches one, and lets other threads work meanwhile; these must leave the buffers alone.
 */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Words are taken apart as on little-endian machines; without this module Pillow does its work."
#endif

#define OPAQUE 0xFF000000u

/* Rows of words, which may be a part of wider ones: as far apart as the `stride` says, in bytes. */
typedef struct {
    const uint8_t *first;
    Py_ssize_t width, height, stride;
} word_rows;

static inline const uint32_t *row_of(const word_rows *rows, Py_ssize_t y)
{
    return (const uint32_t *)(rows->first + y * rows->stride);
}

/* ---- row filters ------------------------------------------------------------------------------------------------ */

enum { FILTER_NONE, FILTER_SUB, FILTER_UP, FILTER_AVERAGE, FILTER_PAETH };

/* Eight numbers of 16 bits: the samples of two pixels.  GCC and Clang have them on every machine, MSVC has not. */
typedef int16_t lanes __attribute__((vector_size(16)));
typedef uint8_t bytes_of_lanes __attribute__((vector_size(16)));

#if defined(__SSE2__) && defined(__x86_64__)
#include <emmintrin.h>

static inline lanes lanes_of(uint64_t pixels)
{
    return (lanes)_mm_unpacklo_epi8(_mm_cvtsi64_si128((int64_t)pixels), _mm_setzero_si128());
}

static inline uint64_t pixels_of(lanes samples)
{
    return (uint64_t)_mm_cvtsi128_si64(_mm_packus_epi16((__m128i)samples, (__m128i)samples));
}

static inline lanes magnitude(lanes a) { return (lanes)_mm_max_epi16((__m128i)a, (__m128i)-a); }
static inline lanes smaller(lanes a, lanes b) { return (lanes)_mm_min_epi16((__m128i)a, (__m128i)b); }
#else
typedef uint8_t bytes_of_pixels __attribute__((vector_size(8)));

static inline lanes lanes_of(uint64_t pixels) { return __builtin_convertvector((bytes_of_pixels)pixels, lanes); }
static inline uint64_t pixels_of(lanes samples) { return (uint64_t)__builtin_convertvector(samples, bytes_of_pixels); }

static inline lanes magnitude(lanes a)
{
    lanes negative = a >> 15;
    return (a ^ negative) - negative;
}

static inline lanes smaller(lanes a, lanes b)
{
    lanes first = a < b;
    return (a & first) | (b & ~first);
}
#endif

/* The sums of four pairs of bytes, none of which carries into the next. */
static inline uint32_t added(uint32_t a, uint32_t b)
{
    return ((a & 0x7F7F7F7F) + (b & 0x7F7F7F7F)) ^ ((a ^ b) & 0x80808080);
}

/* The differences of four pairs of bytes, none of which borrows from the next. */
static inline uint32_t subtracted(uint32_t a, uint32_t b)
{
    return ((a | 0x80808080) - (b & 0x7F7F7F7F)) ^ ((a ^ ~b) & 0x80808080);
}

/* The means of four pairs of bytes, rounded down. */
static inline uint32_t mean(uint32_t a, uint32_t b) { return (a & b) + ((a ^ b) >> 1 & 0x7F7F7F7F); }

/* What Paeth's filter stands for: `left`, `above` or `corner`, whichever is nearest to left + above - corner. */
static inline lanes undo_prediction(lanes filtered, lanes left, lanes above, lanes corner)
{
    lanes to_left = above - corner, to_above = left - corner;
    lanes left_away = magnitude(to_left), above_away = magnitude(to_above), corner_away = magnitude(to_left + to_above);
    lanes least = smaller(corner_away, smaller(left_away, above_away));
    lanes is_left = left_away == least, is_above = above_away == least;
    lanes nearest = corner ^ ((left ^ corner) & is_left) ^ ((above ^ corner) & (is_above & ~is_left));
    return (lanes)((bytes_of_lanes)filtered + (bytes_of_lanes)nearest);
}

/* The filtered pixel at `sample`; of RGB, whose pixels are three bytes, with the byte before them shifted out. */
static inline uint32_t filtered_pixel(const uint8_t *sample, int samples)
{
    uint32_t pixel;
    memcpy(&pixel, samples == 4 ? sample : sample - 1, sizeof pixel);
    return samples == 4 ? pixel : pixel >> 8;
}

/* A row by Paeth.  Where nothing changes from pixel to pixel, as on maps, the prediction need not be computed. */
static inline void undo_paeth(const uint8_t *row, Py_ssize_t width, int samples, uint32_t opaque, const uint32_t *up,
                              uint32_t *out)
{
    lanes left_lanes = lanes_of(0), corner_lanes = left_lanes;
    uint32_t left = 0, corner = 0;
    for (Py_ssize_t x = 0; x < width; x++) {
        uint32_t filtered = filtered_pixel(row + samples * x, samples), above = up[x];
        if (filtered == 0 && left == corner) {
            left = corner = above;
            left_lanes = corner_lanes = lanes_of(above);
        } else if (!(filtered == 0 && above == corner)) {
            lanes above_lanes = lanes_of(above);
            left_lanes = undo_prediction(lanes_of(filtered), left_lanes, above_lanes, corner_lanes);
            left = (uint32_t)pixels_of(left_lanes) | opaque;
            corner_lanes = above_lanes;
            corner = above;
        }
        out[x] = left | opaque;
    }
}

/* Two rows by Paeth at once, the lower one a pixel behind, so that what it needs of the upper one is there: each step
 * waits for the one before, and two pixels wait no longer than one.  The upper row is in the lower half of everything. */
typedef struct {
    const uint8_t *row, *next_row;
    const uint32_t *up;
    uint32_t *out, *next_out;
    uint64_t left, corner, opaque;
    lanes left_lanes, corner_lanes;
    int samples;
} row_pair;

/* The first pixel of the upper row. */
static inline row_pair first_of_pair(const uint8_t *row, Py_ssize_t width, int samples, uint32_t opaque,
                                     const uint32_t *up, uint32_t *out)
{
    const lanes zero = lanes_of(0), above = lanes_of(up[0]);
    const lanes left = undo_prediction(lanes_of(filtered_pixel(row, samples)), zero, above, zero);
    row_pair pair = {
        .row = row,
        .next_row = row + 1 + samples * width,
        .up = up,
        .out = out,
        .next_out = out + width,
        .left = (pixels_of(left) | opaque) & 0xFFFFFFFF,
        .corner = up[0],
        .opaque = (uint64_t)opaque << 32 | opaque,
        .left_lanes = left,
        .corner_lanes = above,
        .samples = samples,
    };
    out[0] = (uint32_t)pair.left;
    return pair;
}

/* Pixel `x` of the upper row, and the one before of the lower row. */
static inline void next_of_pair(row_pair *pair, Py_ssize_t x)
{
    uint64_t filtered = filtered_pixel(pair->row + pair->samples * x, pair->samples) |
                        (uint64_t)filtered_pixel(pair->next_row + pair->samples * (x - 1), pair->samples) << 32;
    uint64_t above = pair->up[x] | pair->left << 32;
    lanes above_lanes = lanes_of(above);
    if (filtered == 0 && pair->left == pair->corner) {
        pair->left_lanes = above_lanes;
        pair->left = above | pair->opaque;
    } else {
        pair->left_lanes = undo_prediction(lanes_of(filtered), pair->left_lanes, above_lanes, pair->corner_lanes);
        pair->left = pixels_of(pair->left_lanes) | pair->opaque;
    }
    pair->corner_lanes = above_lanes;
    pair->corner = above;
    pair->out[x] = (uint32_t)pair->left;
    pair->next_out[x - 1] = (uint32_t)(pair->left >> 32);
}

/* The last pixel of the lower row. */
static inline void last_of_pair(row_pair *pair, Py_ssize_t width)
{
    lanes last = lanes_of(filtered_pixel(pair->next_row + pair->samples * (width - 1), pair->samples));
    last = undo_prediction(last, lanes_of(pair->left >> 32), lanes_of(pair->left & 0xFFFFFFFF),
                           lanes_of(pair->corner >> 32));
    pair->next_out[width - 1] = (uint32_t)(pixels_of(last) | pair->opaque);
}

static inline void undo_paeth_twice(const uint8_t *row, Py_ssize_t width, int samples, uint32_t opaque,
                                    const uint32_t *up, uint32_t *out)
{
    row_pair pair = first_of_pair(row, width, samples, opaque, up, out);
    for (Py_ssize_t x = 1; x < width; x++)
        next_of_pair(&pair, x);
    last_of_pair(&pair, width);
}

/* Four rows of at least four pixels at once: a second pair two pixels behind the first, which need not wait for it. */
static inline void undo_paeth_four_times(const uint8_t *row, Py_ssize_t width, int samples, uint32_t opaque,
                                         const uint32_t *up, uint32_t *out)
{
    const Py_ssize_t length = 1 + samples * width;
    row_pair upper = first_of_pair(row, width, samples, opaque, up, out);
    next_of_pair(&upper, 1);
    next_of_pair(&upper, 2);
    row_pair lower = first_of_pair(row + 2 * length, width, samples, opaque, out + width, out + 2 * width);
    for (Py_ssize_t x = 3; x < width; x++) {
        next_of_pair(&upper, x);
        next_of_pair(&lower, x - 2);
    }
    last_of_pair(&upper, width);
    next_of_pair(&lower, width - 2);
    next_of_pair(&lower, width - 1);
    last_of_pair(&lower, width);
}

/* How many rows from `row` on are filtered by Paeth, `most` at most. */
static inline int paeth_rows(const uint8_t *row, Py_ssize_t length, Py_ssize_t most)
{
    int rows = 0;
    while (rows < most && row[rows * length - 1] == FILTER_PAETH)
        rows++;
    return rows;
}

/* Rows of `samples` bytes a pixel, each led by its filter, become words; false for a filter that nobody knows. */
static inline bool undo_filters(const uint8_t *rows, Py_ssize_t width, Py_ssize_t height, const int samples,
                                const uint32_t *zero_row, uint32_t *words)
{
    const uint32_t opaque = samples == 4 ? 0 : OPAQUE;
    const Py_ssize_t length = 1 + samples * width;
    const uint32_t *up = zero_row;
    for (Py_ssize_t y = 0; y < height; y++) {
        const uint8_t *row = rows + y * length + 1;
        uint32_t *out = words + y * width;
        uint32_t left = 0;
        switch (row[-1]) {
        case FILTER_NONE:
            for (Py_ssize_t x = 0; x < width; x++)
                out[x] = filtered_pixel(row + samples * x, samples) | opaque;
            break;
        case FILTER_SUB:
            for (Py_ssize_t x = 0; x < width; x++)
                out[x] = left = added(filtered_pixel(row + samples * x, samples), left) | opaque;
            break;
        case FILTER_UP:
            for (Py_ssize_t x = 0; x < width; x++)
                out[x] = added(filtered_pixel(row + samples * x, samples), up[x]) | opaque;
            break;
        case FILTER_AVERAGE:
            for (Py_ssize_t x = 0; x < width; x++)
                out[x] = left = added(filtered_pixel(row + samples * x, samples), mean(left, up[x])) | opaque;
            break;
        case FILTER_PAETH:
            switch (paeth_rows(row, length, height - y < 4 ? height - y : 4)) {
            case 4:
                if (width >= 4) {
                    undo_paeth_four_times(row, width, samples, opaque, up, out);
                    out += 3 * width;
                    y += 3;
                    break;
                }
                /* fall through */
            case 3:
            case 2:
                undo_paeth_twice(row, width, samples, opaque, up, out);
                out += width;
                y++;
                break;
            default:
                undo_paeth(row, width, samples, opaque, up, out);
            }
            break;
        default:
            return false;
        }
        up = out;
    }
    return true;
}

/* Words become rows of `samples` bytes a pixel, each led by its filter: none, or that which counts from the row above.
 * Pixels are written as words, of which the next one covers what is too much, but for the last of a row. */
static inline void pack(const word_rows *from, const int samples, const bool up, uint8_t *rows)
{
    for (Py_ssize_t y = 0; y < from->height; y++) {
        const uint32_t *words = row_of(from, y), *above = row_of(from, y ? y - 1 : 0);
        uint32_t filtered;
        *rows++ = up ? FILTER_UP : FILTER_NONE;
        for (Py_ssize_t x = 0; x < from->width - 1; x++, rows += samples) {
            filtered = up && y ? subtracted(words[x], above[x]) : words[x];
            memcpy(rows, &filtered, sizeof filtered);
        }
        filtered = up && y ? subtracted(words[from->width - 1], above[from->width - 1]) : words[from->width - 1];
        memcpy(rows, &filtered, (size_t)samples);
        rows += samples;
    }
}

/* ---- palettes --------------------------------------------------------------------------------------------------- */

#define MOST_COLORS 256
#define RGB_BUCKETS (1 << 12)
#define RGBA_BUCKETS (1 << 13)
#define COARSE_BUCKETS (1 << 8)

/* Up to this word pixels are wholly transparent; no word is INVISIBLE_UNKNOWN. */
#define LARGEST_INVISIBLE 0x00FFFFFFu
#define INVISIBLE_UNKNOWN (-1)

typedef struct {
    uint64_t sums[4]; /* of each band; of RGB, whose words are opaque, the last one counts for nothing */
    uint64_t pixels;
} bucket;

/* Four bits of each band of RGB; three, of green four, of RGBA. */
static inline uint32_t fine_place(uint32_t word, bool alpha)
{
    if (!alpha)
        return (word & 0xF0F0F0) * 0x01001001u >> 20;
    return (word & 0xE0) << 5 | (word & 0xF000) >> 6 | (word & 0xE00000) >> 18 | (word & 0xE0000000) >> 29;
}

/* Two bits of each band. */
static inline uint32_t coarse_place(uint32_t word, bool alpha)
{
    if (!alpha)
        return (word & 0xC0) >> 2 | (word & 0xC000) >> 12 | (word & 0xC00000) >> 22;
    return (word & 0xC0) | (word & 0xC000) >> 10 | (word & 0xC00000) >> 20 | (word & 0xC0000000) >> 30;
}

/* Pillow gives all pixels that are wholly transparent the colour of the first of them. */
static inline uint32_t seen(uint32_t word, int64_t *invisible)
{
    if (word > LARGEST_INVISIBLE)
        return word;
    if (*invisible == INVISIBLE_UNKNOWN)
        *invisible = word;
    return (uint32_t)*invisible;
}

/* Sums of the four bands, in 32 bits each: what so many pixels of 255 come to still fits. */
typedef uint32_t sums_of_bands __attribute__((vector_size(16)));
#define PIXELS_AT_ONCE (1 << 24)

static inline sums_of_bands bands_of(uint32_t word)
{
#if defined(__SSE2__) && defined(__x86_64__)
    const __m128i zero = _mm_setzero_si128();
    return (sums_of_bands)_mm_unpacklo_epi16(_mm_unpacklo_epi8(_mm_cvtsi32_si128((int)word), zero), zero);
#else
    return (sums_of_bands){word & 0xFF, word >> 8 & 0xFF, word >> 16 & 0xFF, word >> 24};
#endif
}

typedef struct {
    sums_of_bands sums[RGBA_BUCKETS];
    uint32_t pixels[RGBA_BUCKETS];
} part_of_cube;

/* Adds at most PIXELS_AT_ONCE pixels to the buckets they fall into; equal neighbours, as maps have them, at once. */
static inline int64_t fill_part(part_of_cube *part, const uint32_t *words, Py_ssize_t count, int64_t invisible,
                                const bool alpha)
{
    for (Py_ssize_t i = 0; i < count;) {
        uint32_t word = words[i];
        uint32_t times = 1;
        while (++i < count && words[i] == word)
            times++;
        if (alpha)
            word = seen(word, &invisible);
        uint32_t place = fine_place(word, alpha);
        part->sums[place] += times == 1 ? bands_of(word) : bands_of(word) * times;
        part->pixels[place] += times;
    }
    return invisible;
}

/* Adds the part to the whole, and begins another one. */
static inline void add_part(bucket *fine, part_of_cube *part, int places)
{
    for (int place = 0; place < places; place++) {
        for (int band = 0; band < 4; band++)
            fine[place].sums[band] += part->sums[place][band];
        fine[place].pixels += part->pixels[place];
    }
    memset(part->sums, 0, (size_t)places * sizeof part->sums[0]);
    memset(part->pixels, 0, (size_t)places * sizeof part->pixels[0]);
}

static inline int64_t fill(bucket *fine, part_of_cube *part, const word_rows *rows, int64_t invisible, const bool alpha)
{
    const int places = alpha ? RGBA_BUCKETS : RGB_BUCKETS;
    Py_ssize_t room = PIXELS_AT_ONCE;
    for (Py_ssize_t y = 0; y < rows->height; y++) {
        for (Py_ssize_t x = 0, count; x < rows->width; x += count, room -= count) {
            if (!room) {
                add_part(fine, part, places);
                room = PIXELS_AT_ONCE;
            }
            count = rows->width - x < room ? rows->width - x : room;
            invisible = fill_part(part, row_of(rows, y) + x, count, invisible, alpha);
        }
    }
    add_part(fine, part, places);
    return invisible;
}

/* The index of each pixel, four of them written at a time. */
static inline void look_up_row(const uint8_t *lookup, const uint32_t *words, Py_ssize_t count, int64_t *invisible,
                               const bool alpha, uint8_t *indices)
{
    Py_ssize_t i = 0;
    for (; i + 4 <= count; i += 4) {
        uint32_t four = 0;
        for (int k = 0; k < 4; k++) {
            uint32_t word = alpha ? seen(words[i + k], invisible) : words[i + k];
            four |= (uint32_t)lookup[fine_place(word, alpha)] << 8 * k;
        }
        memcpy(indices + i, &four, sizeof four);
    }
    for (; i < count; i++)
        indices[i] = lookup[fine_place(alpha ? seen(words[i], invisible) : words[i], alpha)];
}

static inline void look_up(const uint8_t *lookup, const word_rows *rows, int64_t invisible, const bool alpha,
                           uint8_t *indices)
{
    for (Py_ssize_t y = 0; y < rows->height; y++)
        look_up_row(lookup, row_of(rows, y), rows->width, &invisible, alpha, indices + y * rows->width);
}

/* Quotients in single precision, cut off, as Pillow computes them. */
static uint32_t mean_color(const bucket *of, bool alpha)
{
    uint32_t color = alpha ? 0 : OPAQUE;
    for (int band = 0; band < (alpha ? 4 : 3); band++)
        color |= (uint32_t)((float)of->sums[band] / (float)of->pixels) << 8 * band;
    return color;
}

/* `order` by falling number of pixels, equals as they stood: a radix sort, byte by byte. */
static void fullest_first(uint16_t *order, uint16_t *spare, Py_ssize_t count, const bucket *buckets)
{
    for (int shift = 0; shift < 64; shift += 8) {
        Py_ssize_t starts[256] = {0}, start = 0;
        bool any_left = false;
        for (Py_ssize_t i = 0; i < count; i++) {
            uint64_t pixels = buckets[order[i]].pixels >> shift;
            starts[255 - (pixels & 0xFF)]++;
            any_left |= pixels != 0;
        }
        if (!any_left)
            return;
        for (int digit = 0; digit < 256; digit++) {
            Py_ssize_t those = starts[digit];
            starts[digit] = start;
            start += those;
        }
        for (Py_ssize_t i = 0; i < count; i++)
            spare[starts[255 - (buckets[order[i]].pixels >> shift & 0xFF)]++] = order[i];
        memcpy(order, spare, (size_t)count * sizeof *order);
    }
}

/* Whether it is up to the sort which of two equals stands before the `cut` and which behind it. */
static bool divides_equals(const uint16_t *order, Py_ssize_t count, const bucket *buckets, Py_ssize_t cut)
{
    return 0 < cut && cut < count && buckets[order[cut - 1]].pixels == buckets[order[cut]].pixels;
}

typedef struct {
    bucket coarse[COARSE_BUCKETS];
    uint32_t means[RGBA_BUCKETS], palette[MOST_COLORS];
    uint16_t order[RGBA_BUCKETS], spare[RGBA_BUCKETS], coarse_of[RGBA_BUCKETS];
    uint32_t fine_in[COARSE_BUCKETS];
    uint8_t lookup[RGBA_BUCKETS], coarse_lookup[COARSE_BUCKETS];
} octree;

/* Fills `lookup` and `palette`: entries of coarse buckets, then those of the fullest fine ones.  The number of entries,
 * or -1 where Pillow's result depends on how its sort orders equals (unless that is `stable`) or on rounding. */
static int find_palette(octree *tree, const bucket *fine, Py_ssize_t buckets, int colors, bool alpha, bool stable)
{
    Py_ssize_t filled = 0;
    for (Py_ssize_t place = 0; place < buckets; place++) {
        if (!fine[place].pixels)
            continue;
        uint32_t mean = mean_color(&fine[place], alpha);
        if (fine_place(mean, alpha) != place)
            return -1;
        tree->means[place] = mean;
        tree->coarse_of[place] = (uint16_t)coarse_place(mean, alpha);
        tree->fine_in[tree->coarse_of[place]]++;
        tree->order[filled++] = (uint16_t)place;
    }
    fullest_first(tree->order, tree->spare, filled, fine);

    /* A coarse bucket that its fine ones have emptied gives its entry to a further fine one. */
    int coarse_in_use = 0;
    for (int place = 0; place < COARSE_BUCKETS; place++)
        coarse_in_use += tree->fine_in[place] != 0;
    int coarse_entries = coarse_in_use < colors ? coarse_in_use : colors;
    Py_ssize_t chosen = 0;
    for (;;) {
        Py_ssize_t fine_entries = colors - coarse_entries;
        if (!stable && divides_equals(tree->order, filled, fine, fine_entries))
            return -1;
        for (; chosen < fine_entries && chosen < filled; chosen++)
            coarse_in_use -= --tree->fine_in[tree->coarse_of[tree->order[chosen]]] == 0;
        if (coarse_entries <= coarse_in_use)
            break;
        coarse_entries = coarse_in_use;
    }

    for (Py_ssize_t i = chosen; i < filled; i++) {
        const bucket *from = &fine[tree->order[i]];
        bucket *to = &tree->coarse[tree->coarse_of[tree->order[i]]];
        for (int band = 0; band < 4; band++)
            to->sums[band] += from->sums[band];
        to->pixels += from->pixels;
    }
    Py_ssize_t coarse_filled = 0;
    uint16_t *coarse_order = tree->spare, *coarse_spare = tree->spare + COARSE_BUCKETS;
    for (uint16_t place = 0; place < COARSE_BUCKETS; place++)
        if (tree->coarse[place].pixels)
            coarse_order[coarse_filled++] = place;
    fullest_first(coarse_order, coarse_spare, coarse_filled, tree->coarse);
    if (coarse_filled < coarse_entries) /* only where numbers of pixels are too large to be true, and add up to 0 */
        return -1;
    if (!stable && divides_equals(coarse_order, coarse_filled, tree->coarse, coarse_entries))
        return -1;
    for (int entry = 0; entry < coarse_entries; entry++) {
        uint32_t mean = mean_color(&tree->coarse[coarse_order[entry]], alpha);
        if (coarse_place(mean, alpha) != coarse_order[entry])
            return -1;
        tree->palette[entry] = mean;
        tree->coarse_lookup[coarse_order[entry]] = (uint8_t)entry;
    }
    for (Py_ssize_t i = 0; i < filled; i++) {
        uint16_t place = tree->order[i];
        tree->lookup[place] =
            i < chosen ? (uint8_t)(coarse_entries + i) : tree->coarse_lookup[tree->coarse_of[place]];
        if (i < chosen)
            tree->palette[coarse_entries + i] = tree->means[place];
    }
    return coarse_entries + (int)chosen;
}

/* ---- as Python calls it ----------------------------------------------------------------------------------------- */

/* How many items of `size` bytes the buffer has; -1, with an exception, if the last one is not whole, or if they stand
 * where the machine may not read them. */
static Py_ssize_t items_in(const Py_buffer *buffer, Py_ssize_t size, size_t alignment, const char *name)
{
    if (buffer->len % size)
        PyErr_Format(PyExc_ValueError, "%s: %zd bytes are not items of %zd", name, buffer->len, size);
    else if ((uintptr_t)buffer->buf % alignment)
        PyErr_Format(PyExc_ValueError, "%s: not aligned to %zu bytes", name, alignment);
    else
        return buffer->len / size;
    return -1;
}

static Py_ssize_t buckets_in(const Py_buffer *buckets)
{
    return items_in(buckets, sizeof(bucket), _Alignof(bucket), "buckets");
}

static void wrong_length(const char *name, Py_ssize_t there, Py_ssize_t wanted)
{
    PyErr_Format(PyExc_ValueError, "%s: %zd bytes instead of %zd", name, there, wanted);
}

/* The rows of a two-dimensional array of words; if it is no such thing, false, with an exception and no buffer held. */
static bool hold_rows(PyObject *array, Py_buffer *buffer, word_rows *rows)
{
    if (PyObject_GetBuffer(array, buffer, PyBUF_STRIDED_RO))
        return false;
    if (buffer->ndim == 2 && buffer->itemsize == sizeof(uint32_t) &&
        (buffer->shape[1] < 2 || buffer->strides[1] == sizeof(uint32_t)) &&
        !(((uintptr_t)buffer->buf | (uintptr_t)buffer->strides[0]) % _Alignof(uint32_t))) {
        *rows = (word_rows){buffer->buf, buffer->shape[1], buffer->shape[0], buffer->strides[0]};
        return true;
    }
    PyErr_SetString(PyExc_ValueError, "words: no rows of adjacent numbers of 32 bits, aligned to 4 bytes");
    PyBuffer_Release(buffer);
    return false;
}

/* Whether there may be an image of this size, whose bytes can be counted; if not, with an exception. */
static bool is_image(Py_ssize_t width, Py_ssize_t height, int samples)
{
    const Py_ssize_t widest = (PY_SSIZE_T_MAX - 1) / 4;
    if ((samples == 3 || samples == 4) && width > 0 && width <= widest && height > 0 &&
        height <= PY_SSIZE_T_MAX / (1 + 4 * width))
        return true;
    PyErr_Format(PyExc_ValueError, "no image: %zd by %zd pixels of %d samples", width, height, samples);
    return false;
}

PyDoc_STRVAR(unfilter_doc,
             "unfilter(rows, width, height, samples, words, /)\n--\n\n"
             "Undoes the filters of 8-bit RGB (3 samples) or RGBA (4) rows, each led by its filter type, into words.\n\n"
             ":raises ValueError: a filter that the standard does not know, or buffers of other sizes.");

static PyObject *unfilter(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer rows, words;
    Py_ssize_t width, height;
    int samples;
    if (!PyArg_ParseTuple(args, "y*nniw*:unfilter", &rows, &width, &height, &samples, &words))
        return NULL;
    PyObject *result = NULL;
    uint32_t *zero_row = NULL;
    Py_ssize_t pixels = items_in(&words, sizeof(uint32_t), _Alignof(uint32_t), "words");
    if (pixels < 0 || !is_image(width, height, samples)) {
        /* the exception is set */
    } else if (pixels != width * height) {
        wrong_length("words", words.len, 4 * width * height);
    } else if (rows.len != height * (1 + samples * width)) {
        wrong_length("rows", rows.len, height * (1 + samples * width));
    } else if (!(zero_row = calloc((size_t)width, sizeof *zero_row))) {
        PyErr_NoMemory();
    } else {
        bool known;
        Py_BEGIN_ALLOW_THREADS
        known = samples == 3 ? undo_filters(rows.buf, width, height, 3, zero_row, words.buf)
                             : undo_filters(rows.buf, width, height, 4, zero_row, words.buf);
        Py_END_ALLOW_THREADS
        if (known)
            result = Py_NewRef(Py_None);
        else
            PyErr_SetString(PyExc_ValueError, "a filter that is none of those of PNG");
    }
    free(zero_row);
    PyBuffer_Release(&rows);
    PyBuffer_Release(&words);
    return result;
}

PyDoc_STRVAR(pack_rows_doc,
             "pack_rows(words, samples, up, /)\n--\n\n"
             "Rows of words as rows of RGB (3 samples) or RGBA (4), each led by its filter: none, or ``up``, which\n"
             "counts from the row above.\n\n"
             ":raises ValueError: no words, or another number of samples.");

static PyObject *pack_rows(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *array;
    Py_buffer buffer;
    word_rows words;
    int samples, up;
    if (!PyArg_ParseTuple(args, "Oip:pack_rows", &array, &samples, &up) || !hold_rows(array, &buffer, &words))
        return NULL;
    PyObject *result = NULL;
    if (is_image(words.width, words.height, samples) &&
        (result = PyBytes_FromStringAndSize(NULL, words.height * (1 + samples * words.width)))) {
        uint8_t *rows = (uint8_t *)PyBytes_AsString(result);
        Py_BEGIN_ALLOW_THREADS
        if (samples == 3 && up)
            pack(&words, 3, true, rows);
        else if (samples == 3)
            pack(&words, 3, false, rows);
        else if (up)
            pack(&words, 4, true, rows);
        else
            pack(&words, 4, false, rows);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&buffer);
    return result;
}

/* Whether a cube of so many buckets, or a table with an entry for each, is that of RGBA; -1, with an exception, for
 * any other number. */
static int has_alpha(Py_ssize_t buckets)
{
    if (buckets == RGB_BUCKETS || buckets == RGBA_BUCKETS)
        return buckets == RGBA_BUCKETS;
    PyErr_Format(PyExc_ValueError, "%zd buckets are neither those of RGB nor those of RGBA", buckets);
    return -1;
}

PyDoc_STRVAR(fill_buckets_doc,
             "fill_buckets(words, buckets, invisible, /)\n--\n\n"
             "Adds pixels to the 4096 buckets of RGB or the 8192 of RGBA, each five 64-bit numbers: sums of four bands,\n"
             "pixels.  ``invisible`` is the word of all pixels that are wholly transparent, -1 if none has been seen\n"
             "yet; it is returned, as it is after these pixels.\n\n"
             ":raises ValueError: no words, or buffers of other sizes.");

static PyObject *fill_buckets(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *array;
    Py_buffer buffer, buckets;
    word_rows words;
    long long invisible;
    if (!PyArg_ParseTuple(args, "Ow*L:fill_buckets", &array, &buckets, &invisible))
        return NULL;
    PyObject *result = NULL;
    Py_ssize_t places = buckets_in(&buckets);
    int alpha = places < 0 ? -1 : has_alpha(places);
    part_of_cube *part = NULL;
    if (alpha >= 0 && hold_rows(array, &buffer, &words)) {
        if ((part = aligned_alloc(_Alignof(part_of_cube), sizeof *part))) { /* malloc may align to 8 */
            Py_BEGIN_ALLOW_THREADS
            memset(part, 0, sizeof *part);
            invisible = alpha ? fill(buckets.buf, part, &words, invisible, true)
                              : fill(buckets.buf, part, &words, invisible, false);
            Py_END_ALLOW_THREADS
            result = PyLong_FromLongLong(invisible);
        } else {
            PyErr_NoMemory();
        }
        PyBuffer_Release(&buffer);
    }
    free(part);
    PyBuffer_Release(&buckets);
    return result;
}

PyDoc_STRVAR(palette_of_doc,
             "palette_of(buckets, colors, stable, /)\n--\n\n"
             "The palette index of each bucket, and the palette, a word for each of at most ``colors`` (1 to 256).\n"
             "None where Pillow's palette depends on how its sort orders equals, unless that is ``stable``, or on\n"
             "rounding.\n\n"
             ":raises ValueError: other colors, or a buffer of another size.");

static PyObject *palette_of(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer buckets;
    int colors, stable;
    if (!PyArg_ParseTuple(args, "y*ip:palette_of", &buckets, &colors, &stable))
        return NULL;
    PyObject *result = NULL;
    octree *tree = NULL;
    Py_ssize_t places = buckets_in(&buckets);
    int alpha = places < 0 ? -1 : has_alpha(places);
    if (alpha >= 0 && (colors < 1 || colors > MOST_COLORS)) {
        PyErr_Format(PyExc_ValueError, "%d colors: a palette has 1 to 256", colors);
    } else if (alpha >= 0 && !(tree = calloc(1, sizeof *tree))) {
        PyErr_NoMemory();
    } else if (alpha >= 0) {
        int entries;
        Py_BEGIN_ALLOW_THREADS
        entries = find_palette(tree, buckets.buf, places, colors, alpha, stable);
        Py_END_ALLOW_THREADS
        result = entries < 0 ? Py_NewRef(Py_None)
                             : Py_BuildValue("y#y#", tree->lookup, places, tree->palette, (Py_ssize_t)entries * 4);
    }
    free(tree);
    PyBuffer_Release(&buckets);
    return result;
}

PyDoc_STRVAR(look_up_indices_doc,
             "look_up_indices(words, lookup, invisible, indices, /)\n--\n\n"
             "The palette index of each pixel into ``indices``, a byte each; for the others see the functions above.\n\n"
             ":raises ValueError: buffers of other sizes.");

static PyObject *look_up_indices(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *array;
    Py_buffer buffer, lookup, indices;
    word_rows words;
    long long invisible;
    if (!PyArg_ParseTuple(args, "Oy*Lw*:look_up_indices", &array, &lookup, &invisible, &indices))
        return NULL;
    PyObject *result = NULL;
    int alpha = has_alpha(lookup.len);
    if (alpha >= 0 && hold_rows(array, &buffer, &words)) {
        if (indices.len == words.width * words.height) {
            Py_BEGIN_ALLOW_THREADS
            if (alpha)
                look_up(lookup.buf, &words, invisible, true, indices.buf);
            else
                look_up(lookup.buf, &words, invisible, false, indices.buf);
            Py_END_ALLOW_THREADS
            result = Py_NewRef(Py_None);
        } else {
            wrong_length("indices", indices.len, words.width * words.height);
        }
        PyBuffer_Release(&buffer);
    }
    PyBuffer_Release(&lookup);
    PyBuffer_Release(&indices);
    return result;
}

static PyMethodDef functions[] = {
    {"unfilter", unfilter, METH_VARARGS, unfilter_doc},
    {"pack_rows", pack_rows, METH_VARARGS, pack_rows_doc},
    {"fill_buckets", fill_buckets, METH_VARARGS, fill_buckets_doc},
    {"palette_of", palette_of, METH_VARARGS, palette_of_doc},
    {"look_up_indices", look_up_indices, METH_VARARGS, look_up_indices_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_pixel_loops",
    .m_doc = "Loops over pixels that are too slow in NumPy.",
    .m_size = 0,
    .m_methods = functions,
};

PyMODINIT_FUNC PyInit__pixel_loops(void) { return PyModuleDef_Init(&definition); }
