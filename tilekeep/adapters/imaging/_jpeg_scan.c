/* The entropy-coded part of baseline JPEG images cut into those of tiles (ITU-T T.81, annexes E and F): the codes of
 * their blocks are copied as they stand, so that no coefficient changes; only the DC coefficient of each block, which is
 * told as a difference from the block before, is written anew.
 *
 * Nothing is believed of what is read: a code that its table has not, more coefficients than a block has, and anything
 * but the end of the image where its last block ends, is the end of the work.
 */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if !defined(__BYTE_ORDER__)
#error "Bits are read a word at a time; without this module Pillow decodes the images."
#endif

enum {
    BANDS = 3,
    MOST_BLOCKS = 10,      /* of a minimum coded unit, MCU (B.2.3) */
    COEFFICIENTS = 64,     /* of a block */
    LONGEST_CODE = 16,     /* bits */
    LOOK_AHEAD = 12,       /* bits that tables are indexed with */
    MOST_DC_BITS = 11,     /* of a difference in images of 8 bits (F.1.2.1) */
    MOST_AC_BITS = 10,     /* of any other coefficient (F.1.2.2) */
    LARGEST_DC = 1023,     /* so that no difference of two has more bits */
    BLOCK_BYTES = 212,     /* no block is longer: 16 + 11 bits of DC and 63 times 16 + 10 of AC are 1665 bits */
    TABLE_BYTES = 16,      /* of a table's head: how many codes have each length */
    END_OF_BLOCK = 128,    /* added to the number of coefficients, where nothing else can be mistaken for it */
    RESTARTS = 8,
};

/* ---- Huffman tables (annex C) ---------------------------------------------------------------------------------- */

/* What a code of at most LOOK_AHEAD bits says, which is 0 for all others. */
typedef struct {
    uint8_t symbol, bits;
} coded_symbol;

/* The codes of each length follow each other: those of `length` bits are less than `end`, left-aligned in 16 bits. */
typedef struct {
    uint32_t end[LONGEST_CODE + 1];
    int32_t first_symbol[LONGEST_CODE + 1]; /* less the first code */
    const uint8_t *symbols;
    coded_symbol ahead[1 << LOOK_AHEAD];
} decoder;

/* Coefficients that some bits stand for, END_OF_BLOCK added where it follows, and how many bits; 0 for no coefficient. */
typedef struct {
    uint8_t coefficients, bits;
} passed;

/* Codes, and as many of them put together as LOOK_AHEAD bits hold whole, with the bits that follow each. */
typedef struct {
    decoder codes;
    passed ahead[1 << LOOK_AHEAD];
} skipper;

typedef struct {
    uint16_t code[MOST_DC_BITS + 1];
    uint8_t bits[MOST_DC_BITS + 1]; /* 0 where there is none */
} encoder;

/* Whether `table` is one: a head, as many symbols, none over the largest, and no more codes than there can be.  One of
 * them, of ones only, is never given away (C), and decoders refuse a table that has it. */
static bool is_table(const uint8_t *table, Py_ssize_t length, int largest_symbol)
{
    int symbols = 0, free_codes = 1;
    if (length < TABLE_BYTES)
        return false;
    for (int bits = 1; bits <= LONGEST_CODE; bits++) {
        free_codes = 2 * free_codes - table[bits - 1];
        symbols += table[bits - 1];
        if (free_codes < 1)
            return false;
    }
    if (length != TABLE_BYTES + symbols)
        return false;
    for (int i = 0; i < symbols; i++)
        if (table[TABLE_BYTES + i] > largest_symbol)
            return false;
    return true;
}

static void make_decoder(decoder *codes, const uint8_t *table)
{
    uint32_t code = 0;
    int symbol = 0;
    memset(codes->ahead, 0, sizeof codes->ahead);
    codes->symbols = table + TABLE_BYTES;
    for (int bits = 1; bits <= LONGEST_CODE; bits++) {
        codes->first_symbol[bits] = symbol - (int32_t)code;
        for (int n = table[bits - 1]; n > 0; n--, code++, symbol++) {
            if (bits > LOOK_AHEAD)
                continue;
            coded_symbol known = {codes->symbols[symbol], (uint8_t)bits};
            for (uint32_t i = code << (LOOK_AHEAD - bits); i < (code + 1) << (LOOK_AHEAD - bits); i++)
                codes->ahead[i] = known;
        }
        codes->end[bits] = code << (LONGEST_CODE - bits);
        code <<= 1;
    }
}

/* The symbol that `window` begins with, whose left bits come first; without bits if there is none. */
static inline coded_symbol symbol_at(const decoder *codes, uint64_t window)
{
    coded_symbol known = codes->ahead[window >> (64 - LOOK_AHEAD)];
    if (known.bits)
        return known;
    uint32_t next = (uint32_t)(window >> (64 - LONGEST_CODE));
    for (int bits = LOOK_AHEAD + 1; bits <= LONGEST_CODE; bits++) {
        if (next < codes->end[bits]) {
            int32_t code = (int32_t)(next >> (LONGEST_CODE - bits));
            return (coded_symbol){codes->symbols[code + codes->first_symbol[bits]], (uint8_t)bits};
        }
    }
    return known;
}

/* What a symbol of table F.2 stands for, with the bits that follow it; no coefficients if there is no such symbol. */
static inline passed passed_by(coded_symbol next)
{
    int zeros = next.symbol >> 4, bits = next.symbol & 15;
    int coefficients = bits ? (bits <= MOST_AC_BITS ? zeros + 1 : 0) : zeros == 0 ? END_OF_BLOCK : zeros == 15 ? 16 : 0;
    return (passed){(uint8_t)(next.bits ? coefficients : 0), (uint8_t)(next.bits + bits)};
}

static void make_skipper(skipper *table, const uint8_t *huffman_table)
{
    make_decoder(&table->codes, huffman_table);
    for (uint32_t i = 0; i < 1 << LOOK_AHEAD; i++) {
        int coefficients = 0, bits = 0;
        while (coefficients < END_OF_BLOCK) {
            passed next = passed_by(table->codes.ahead[i << bits & ((1 << LOOK_AHEAD) - 1)]);
            bool ends = next.coefficients == END_OF_BLOCK;
            if (!next.coefficients || bits + next.bits > LOOK_AHEAD)
                break;
            if (!ends && coefficients + next.coefficients >= COEFFICIENTS)
                break;
            coefficients += next.coefficients;
            bits += next.bits;
        }
        table->ahead[i] = (passed){(uint8_t)coefficients, (uint8_t)bits};
    }
}

/* Whether there is a code for every difference. */
static bool make_encoder(encoder *codes, const uint8_t *table)
{
    const uint8_t *symbol = table + TABLE_BYTES;
    uint32_t code = 0;
    memset(codes, 0, sizeof *codes);
    for (int bits = 1; bits <= LONGEST_CODE; bits++, code <<= 1) {
        for (int n = table[bits - 1]; n > 0; n--, code++, symbol++) {
            codes->code[*symbol] = (uint16_t)code;
            codes->bits[*symbol] = (uint8_t)bits;
        }
    }
    for (int i = 0; i <= MOST_DC_BITS; i++)
        if (!codes->bits[i])
            return false;
    return true;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* A block that has been read: its DC coefficient, and where the codes of the others, the AC coefficients, stand. */
typedef struct {
    uint64_t ac_at; /* bits from the start of the scan */
    uint32_t ac_bits;
    int32_t dc;
} block;

/* One band of the image; bands may share tables. */
typedef struct {
    const decoder *dc;
    const skipper *ac;
    encoder written_dc;
    int32_t last_dc; /* of the block before */
} band;

typedef struct {
    const uint8_t *bytes; /* without stuffed ones and markers */
    uint64_t at;          /* bits */
    uint64_t *part_ends;  /* bits; a part is what is between restarts */
    Py_ssize_t parts;
} bit_reader;

enum { WINDOW_BITS = 57 }; /* that are there, wherever in a byte a window begins */

static inline uint64_t in_network_order(uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return __builtin_bswap64(word);
#else
    return word;
#endif
}

static inline uint64_t window_at(const uint8_t *bytes, uint64_t at)
{
    uint64_t word;
    memcpy(&word, bytes + (at >> 3), sizeof word);
    return in_network_order(word) << (at & 7);
}

/* The scan without stuffed bytes and restart markers; false unless it has all its parts and the image ends after it. */
static bool unstuff(const uint8_t *from, Py_ssize_t length, uint8_t *bytes, bit_reader *reader)
{
    const uint8_t *end = from + length, *marker;
    uint8_t *out = bytes;
    Py_ssize_t part = 0;
    while ((marker = memchr(from, 0xFF, (size_t)(end - from))) && marker + 1 < end) {
        size_t plain = (size_t)(marker - from);
        memcpy(out, from, plain);
        out += plain;
        from = marker + 2;
        if (marker[1] == 0) {
            *out++ = 0xFF;
            continue;
        }
        bool last = part + 1 == reader->parts;
        if (marker[1] != (last ? 0xD9 : 0xD0 + part % RESTARTS))
            return false;
        reader->part_ends[part++] = (uint64_t)(out - bytes) * 8;
        if (last)
            return true;
    }
    return false;
}

/* Reads a block (F.2.2); false if it is none. */
static inline bool read_block(bit_reader *reader, band *of, block *read)
{
    uint64_t at = reader->at, window = window_at(reader->bytes, at);
    coded_symbol difference = symbol_at(of->dc, window);
    int bits = difference.symbol;
    if (!difference.bits)
        return false;
    window <<= difference.bits;
    if (bits) {
        int32_t value = (int32_t)(window >> (64 - bits));
        of->last_dc += window >> 63 ? value : value - (1 << bits) + 1;
        window <<= bits;
    }
    if (of->last_dc > LARGEST_DC || of->last_dc < -LARGEST_DC - 1)
        return false;
    bits += difference.bits;
    at += (unsigned)bits;
    read->dc = of->last_dc;
    read->ac_at = at;
    for (int left = WINDOW_BITS - bits, next = 1; next < COEFFICIENTS;) {
        if (left < LONGEST_CODE) {
            window = window_at(reader->bytes, at);
            left = WINDOW_BITS;
        }
        passed step = of->ac->ahead[window >> (64 - LOOK_AHEAD)];
        /* A full block has no code for its end: what may reach so far is taken one code at a time. */
        if (!step.coefficients || next + step.coefficients % END_OF_BLOCK >= COEFFICIENTS)
            step = passed_by(symbol_at(&of->ac->codes, window));
        if (!step.coefficients)
            return false;
        window <<= step.bits;
        left -= step.bits;
        at += step.bits;
        next += step.coefficients;
        if (next > COEFFICIENTS && next <= END_OF_BLOCK) /* too many, and not by the end of the block */
            return false;
    }
    read->ac_bits = (uint32_t)(at - read->ac_at);
    reader->at = at;
    return true;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

typedef struct {
    int left, top; /* in MCUs */
    uint8_t *bytes, *next;
    size_t room;
    uint64_t word; /* bits that are not a byte yet, first */
    int bits;
    int32_t last_dc[BANDS];
} tile;

/* At least one bit, at most 56, and nothing left of them. */
static inline void put(tile *out, uint64_t value, int bits)
{
    int filled = out->bits + bits;
    out->word |= value << (64 - filled);
    uint64_t word = in_network_order(out->word);
    memcpy(out->next, &word, sizeof word);
    out->next += filled >> 3;
    out->word <<= filled & ~7;
    out->bits = filled & 7;
}

static inline void put_dc(tile *out, const encoder *codes, int32_t difference)
{
    uint32_t magnitude = (uint32_t)(difference < 0 ? -difference : difference);
    int bits = magnitude ? 32 - __builtin_clz(magnitude) : 0;
    uint32_t value = (uint32_t)(difference < 0 ? difference + (1 << bits) - 1 : difference);
    put(out, (uint64_t)codes->code[bits] << bits | value, codes->bits[bits] + bits);
}

static inline void copy_ac(tile *out, const uint8_t *bytes, const block *from)
{
    uint64_t at = from->ac_at;
    for (uint32_t left = from->ac_bits; left > 0;) {
        int bits = left < 56 ? (int)left : 56;
        put(out, window_at(bytes, at) >> (64 - bits), bits);
        at += (unsigned)bits;
        left -= (uint32_t)bits;
    }
}

/* Makes room for so many bytes more. */
static bool reserve(tile *out, size_t more)
{
    size_t used = (size_t)(out->next - out->bytes);
    if (used + more <= out->room)
        return true;
    size_t room = 2 * (used + more);
    uint8_t *bytes = realloc(out->bytes, room);
    if (!bytes)
        return false;
    out->bytes = bytes;
    out->next = bytes + used;
    out->room = room;
    return true;
}

/* Blocks that follow each other in a row of MCUs; false without memory. */
static bool copy_blocks(tile *out, const uint8_t *bytes, const block *blocks, Py_ssize_t count, const uint8_t *layout,
                        Py_ssize_t in_mcu, const band *bands)
{
    const block *last = &blocks[count - 1];
    uint64_t bits = last->ac_at + last->ac_bits - blocks[0].ac_at;
    /* A DC coefficient takes no more than 27 bits, and put() writes eight bytes, the first of them begun before. */
    if (!reserve(out, (size_t)(bits / 8) + 4 * (size_t)count + 16))
        return false;
    for (Py_ssize_t i = 0, place = 0; i < count; i++, place = place + 1 == in_mcu ? 0 : place + 1) {
        int of = layout[place];
        put_dc(out, &bands[of].written_dc, blocks[i].dc - out->last_dc[of]);
        out->last_dc[of] = blocks[i].dc;
        copy_ac(out, bytes, &blocks[i]);
    }
    return true;
}

/* ---- a scan ----------------------------------------------------------------------------------------------------- */

/* The Huffman tables of a band. */
enum { DC, AC, WRITTEN_DC, KINDS };

typedef struct {
    const uint8_t *body;
    Py_ssize_t length;
    const uint8_t *layout; /* the band of each block of an MCU */
    Py_ssize_t in_mcu;
    const uint8_t *tables[BANDS][KINDS];
    int across, down;                /* in MCUs */
    int restart;                     /* MCUs between restarts, 0 for none */
    tile *tiles;
    Py_ssize_t tile_count;
    int tile_across, tile_down;
} scan;

typedef enum { CUT, DAMAGED, NO_MEMORY } outcome;

typedef struct {
    decoder dc[BANDS];
    skipper ac[BANDS];
    band bands[BANDS];
    bit_reader reader;
    block *row;
    uint8_t *bytes;
} workspace;

static bool make_bands(const scan *cut, workspace *space)
{
    for (int i = 0; i < BANDS; i++) {
        band *made = &space->bands[i];
        bool as_before = i > 0 && cut->tables[i][DC] == cut->tables[i - 1][DC] && cut->tables[i][AC] == cut->tables[i - 1][AC];
        if (as_before) {
            *made = space->bands[i - 1];
        } else {
            make_decoder(&space->dc[i], cut->tables[i][DC]);
            make_skipper(&space->ac[i], cut->tables[i][AC]);
            made->dc = &space->dc[i];
            made->ac = &space->ac[i];
        }
        if (!make_encoder(&made->written_dc, cut->tables[i][WRITTEN_DC]))
            return false;
    }
    return true;
}

/* Goes on to the part after a restart; false unless the one before has been read to its last byte. */
static bool begin_part(workspace *space, Py_ssize_t part)
{
    if (part > 0) {
        uint64_t end = space->reader.part_ends[part - 1];
        if (space->reader.at > end || space->reader.at + 8 <= end)
            return false;
        space->reader.at = end;
    }
    for (int i = 0; i < BANDS; i++)
        space->bands[i].last_dc = 0;
    return true;
}

static bool read_row(const scan *cut, workspace *space, int row)
{
    uint64_t end = space->reader.part_ends[space->reader.parts - 1];
    block *next = space->row;
    for (int column = 0; column < cut->across; column++) {
        Py_ssize_t mcu = (Py_ssize_t)row * cut->across + column;
        if (cut->restart && mcu % cut->restart == 0 && !begin_part(space, mcu / cut->restart))
            return false;
        for (Py_ssize_t i = 0; i < cut->in_mcu; i++)
            if (!read_block(&space->reader, &space->bands[cut->layout[i]], next++) || space->reader.at > end)
                return false;
    }
    return true;
}

static bool copy_row(const scan *cut, const workspace *space, int row)
{
    for (Py_ssize_t i = 0; i < cut->tile_count; i++) {
        tile *out = &cut->tiles[i];
        if (row < out->top || row >= out->top + cut->tile_down)
            continue;
        if (!copy_blocks(out, space->reader.bytes, space->row + out->left * cut->in_mcu, cut->tile_across * cut->in_mcu,
                         cut->layout, cut->in_mcu, space->bands))
            return false;
    }
    return true;
}

static outcome cut_rows(const scan *cut, workspace *space)
{
    for (int row = 0; row < cut->down; row++) {
        if (!read_row(cut, space, row))
            return DAMAGED;
        if (!copy_row(cut, space, row))
            return NO_MEMORY;
    }
    if (!begin_part(space, space->reader.parts))
        return DAMAGED;
    for (Py_ssize_t i = 0; i < cut->tile_count; i++) {
        int missing = 8 - cut->tiles[i].bits;
        if (missing < 8)
            put(&cut->tiles[i], (1u << missing) - 1, missing); /* F.1.2.3 */
    }
    return CUT;
}

static outcome cut_tiles(const scan *cut)
{
    Py_ssize_t mcus = (Py_ssize_t)cut->across * cut->down;
    Py_ssize_t parts = cut->restart ? (mcus - 1) / cut->restart + 1 : 1;
    if (parts > cut->length)
        return DAMAGED;
    outcome result = NO_MEMORY;
    workspace *space = calloc(1, sizeof *space);
    if (space) {
        /* A block may begin at the last bit, and windows are eight bytes wide. */
        space->bytes = calloc(1, (size_t)cut->length + BLOCK_BYTES + sizeof(uint64_t));
        space->row = malloc((size_t)(cut->across * cut->in_mcu) * sizeof *space->row);
        space->reader = (bit_reader){space->bytes, 0, malloc((size_t)parts * sizeof(uint64_t)), parts};
        if (space->bytes && space->row && space->reader.part_ends) {
            bool whole = make_bands(cut, space) && unstuff(cut->body, cut->length, space->bytes, &space->reader);
            result = whole ? cut_rows(cut, space) : DAMAGED;
        }
        free(space->bytes);
        free(space->row);
        free(space->reader.part_ends);
    }
    free(space);
    return result;
}

/* ---- for Python ------------------------------------------------------------------------------------------------- */

/* The bytes of a tile, with those stuffed that are taken for markers otherwise (B.1.1.5). */
static PyObject *stuffed(const tile *from)
{
    size_t length = (size_t)(from->next - from->bytes), room = length;
    for (size_t i = 0; i < length; i++)
        room += from->bytes[i] == 0xFF;
    PyObject *result = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)room);
    if (!result)
        return NULL;
    uint8_t *out = (uint8_t *)PyBytes_AsString(result);
    const uint8_t *next = from->bytes, *end = next + length, *marker;
    while ((marker = memchr(next, 0xFF, (size_t)(end - next)))) {
        size_t plain = (size_t)(marker + 1 - next);
        memcpy(out, next, plain);
        out += plain;
        *out++ = 0;
        next = marker + 1;
    }
    memcpy(out, next, (size_t)(end - next));
    return result;
}

static PyObject *bodies_of(const scan *cut)
{
    PyObject *result = PyList_New(cut->tile_count);
    for (Py_ssize_t i = 0; result && i < cut->tile_count; i++) {
        PyObject *body = stuffed(&cut->tiles[i]);
        if (!body || PyList_SetItem(result, i, body) < 0)
            Py_CLEAR(result);
    }
    return result;
}

/* Whether the numbers make sense, so that no loop leaves its buffer; sets an exception if not. */
static bool are_sizes(const scan *cut)
{
    bool sized = cut->across > 0 && cut->down > 0 && cut->across <= 8192 && cut->down <= 8192 && cut->restart >= 0;
    sized = sized && cut->tile_across > 0 && cut->tile_down > 0 && cut->in_mcu > 0 && cut->in_mcu <= MOST_BLOCKS;
    for (Py_ssize_t i = 0; i < cut->in_mcu; i++)
        sized = sized && cut->layout[i] < BANDS;
    if (!sized)
        PyErr_SetString(PyExc_ValueError, "these are not the sizes of an image");
    return sized;
}

static bool are_tables(const scan *cut, Py_ssize_t lengths[BANDS][KINDS])
{
    bool all = true;
    for (int i = 0; i < BANDS; i++)
        for (int j = 0; j < KINDS; j++)
            all = all && is_table(cut->tables[i][j], lengths[i][j], j == AC ? UINT8_MAX : MOST_DC_BITS);
    return all;
}

/* The tables are borrowed from the tuple, which nobody can change meanwhile. */
static bool take_tables(scan *cut, Py_ssize_t lengths[BANDS][KINDS], PyObject *tables)
{
#define TABLE(band, kind) &cut->tables[band][kind], &lengths[band][kind]
#define TABLES(band) TABLE(band, DC), TABLE(band, AC), TABLE(band, WRITTEN_DC)
    return PyArg_ParseTuple(tables, "y#y#y#y#y#y#y#y#y#", TABLES(0), TABLES(1), TABLES(2));
}

static bool is_tuple(PyObject *object)
{
    if (!PyTuple_Check(object))
        PyErr_SetString(PyExc_TypeError, "a corner is a tuple of two numbers");
    return PyTuple_Check(object);
}

static bool take_corners(scan *cut, PyObject *corners)
{
    cut->tile_count = PyTuple_Size(corners);
    if (!(cut->tiles = calloc((size_t)cut->tile_count + 1, sizeof *cut->tiles))) {
        PyErr_NoMemory();
        return false;
    }
    for (Py_ssize_t i = 0; i < cut->tile_count; i++) {
        tile *out = &cut->tiles[i];
        PyObject *corner = PyTuple_GetItem(corners, i);
        bool taken = corner && is_tuple(corner) && PyArg_ParseTuple(corner, "ii", &out->left, &out->top);
        if (!taken)
            return false;
        if (out->left < 0 || out->top < 0 || out->left > cut->across - cut->tile_across ||
            out->top > cut->down - cut->tile_down) {
            PyErr_Format(PyExc_ValueError, "the tile at %d, %d is not inside the image", out->left, out->top);
            return false;
        }
    }
    return true;
}

PyDoc_STRVAR(cut_scan_doc,
             "cut_scan(scan, layout, tables, mcus, restart, corners, tile, /)\n--\n\n"
             "The scans of tiles, without an end-of-image marker, out of the one of an image in three bands, which\n"
             "begins after the header of its scan.  ``layout`` names the band of each block of an MCU, a byte each;\n"
             "``tables`` are three Huffman tables of each band, as they stand in DHT segments: of its DC\n"
             "coefficients, of its AC coefficients, and of the DC coefficients of the tiles, with all codes.\n"
             "``mcus`` are how many there are across and down, ``restart`` how many between markers (0: no markers),\n"
             "``corners`` the MCUs to the left and above of each tile, ``tile`` its size in MCUs.  None if a table or\n"
             "the scan is damaged, or anything but the end of the image follows it.\n\n"
             ":raises ValueError: sizes that make no sense, or a tile that is not inside the image.");

static PyObject *cut_scan(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer body;
    PyObject *tables, *corners, *result = NULL;
    scan cut = {0};
    Py_ssize_t lengths[BANDS][KINDS];
    if (!PyArg_ParseTuple(args, "y*y#O!(ii)iO!(ii):cut_scan", &body, &cut.layout, &cut.in_mcu, &PyTuple_Type, &tables,
                          &cut.across, &cut.down, &cut.restart, &PyTuple_Type, &corners, &cut.tile_across,
                          &cut.tile_down))
        return NULL;
    cut.body = body.buf;
    cut.length = body.len;
    if (are_sizes(&cut) && take_tables(&cut, lengths, tables) && take_corners(&cut, corners)) {
        outcome cutting = DAMAGED;
        Py_BEGIN_ALLOW_THREADS
        if (are_tables(&cut, lengths))
            cutting = cut_tiles(&cut);
        Py_END_ALLOW_THREADS
        result = cutting == CUT ? bodies_of(&cut) : cutting == DAMAGED ? Py_NewRef(Py_None) : PyErr_NoMemory();
    }
    for (Py_ssize_t i = 0; cut.tiles && i < cut.tile_count; i++)
        free(cut.tiles[i].bytes);
    free(cut.tiles);
    PyBuffer_Release(&body);
    return result;
}

static PyMethodDef functions[] = {
    {"cut_scan", cut_scan, METH_VARARGS, cut_scan_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_jpeg_scan",
    .m_doc = "Tiles cut out of JPEG images as they are coded.",
    .m_size = 0,
    .m_methods = functions,
};

PyMODINIT_FUNC PyInit__jpeg_scan(void) { return PyModuleDef_Init(&definition); }
