#ifndef DIALECTS_TERNARY_IR_TERNARYTILEOPS_TD
#define DIALECTS_TERNARY_IR_TERNARYTILEOPS_TD

include "dialects/Ternary/IR/TernaryDialect.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/CommonTypeConstraints.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

/// Steps of a tiled BitLinear, what a target lowers. They work on memrefs whose
/// sizes are static but for the tokens' axis. A block is the 64 rows of a
/// layout's row block; a group is 4 consecutive terms; a tile is a fixed number
/// of tokens (lanes of i16 in a vector) of a prefill.
class Ternary_TileOp<string mnemonic, list<Trait> traits = []>
    : Ternary_Op<mnemonic, traits> {
  let hasVerifier = 1;
}

class Ternary_MemRef<Type element, int rank> : MemRefRankOf<[element], [rank]>;
class Ternary_Read<Type element, int rank, string description>
    : Arg<Ternary_MemRef<element, rank>, description, [MemRead]>;
class Ternary_Write<Type element, int rank, string description>
    : Arg<Ternary_MemRef<element, rank>, description, [MemWrite]>;
class Ternary_Update<Type element, int rank, string description>
    : Arg<Ternary_MemRef<element, rank>, description, [MemRead, MemWrite]>;

//===-- One token at a time: lanes are rows --------------------------------===//

def Ternary_MaskedRowsOp : Ternary_TileOp<"masked_rows"> {
  let summary = "sums of one block by additions and subtractions under masks";
  let description = [{
    `sums[t, r]` = sum over k of `codes[token + t, k]` times the trit of row r
    of `block` in weights of layout `planes`, for each t of the leading axis of
    `sums`. k runs over the terms [first, first + terms) where those are given.

    - (C1) `sums` has 64 columns.
    - (C2) Both `first` and `terms` are given, or none.

    ```mlir
    ternary.masked_rows %codes[%token], %weights[%block] into %sums
        : memref<?x100xi8>, memref<3200xi8>, memref<4x64xi32>
    ```
  }];
  let arguments = (ins Ternary_Read<I8, 2, "[M, K] i8">:$codes, Index:$token, Optional<Index>:$first,
    Ternary_Read<I8, 1, "planes">:$weights, Index:$block, Ternary_Write<I32, 2, "[T, 64] i32">:$sums,
    OptionalAttr<I64Attr>:$terms);
  let assemblyFormat = [{
    $codes `[` $token (`from` $first^)? `]` `,` $weights `[` $block `]` `into` $sums attr-dict
    `:` type($codes) `,` type($weights) `,` type($sums)
  }];
}

def Ternary_CodeTablesOp : Ternary_TileOp<"code_tables"> {
  let summary = "byte tables of the sums of neighbouring activations of a token";
  let description = [{
    For each group g in [first, last) of 4 codes x0..x3 of `token` (zero behind
    K) writes 64 bytes at `tables[slot, 64 g]`: four tables of 16 bytes, indexed
    by a pair code d0 + 3 d1. With u = 256 + (d0 - 1) x0 + (d1 - 1) x1, in
    [0, 512]: the low 5 bits of u for (x0, x1), the same for (x2, x3), and then
    u >> 5 for both pairs. Entries 9 to 15 are not defined.

    - (C1) `tables` has 64 bytes for each group of K.

    ```mlir
    ternary.code_tables %codes[%token, %first to %last] into %tables[%slot] : memref<?x100xi8>, memref<8x1600xi8>
    ```
  }];
  let arguments = (ins Ternary_Read<I8, 2, "[M, K] i8">:$codes, Index:$token, Index:$first, Index:$last,
    Ternary_Write<I8, 2, "[slots, 64 * groups] i8">:$tables, Index:$slot);
  let assemblyFormat = [{
    $codes `[` $token `,` $first `to` $last `]` `into` $tables `[` $slot `]` attr-dict `:` type($codes) `,` type($tables)
  }];
}

def Ternary_LookupRowsOp : Ternary_TileOp<"lookup_rows"> {
  let summary = "sums of some groups of neighbouring blocks by look-ups in a token's byte tables";
  let description = [{
    Adds to `sums[row + 64 b + r]` the token's sum over the groups [first, first
    + groups) of 4 terms for row r of block `block + b`, for each of `blocks`
    blocks in weights of layout `pairs` of K = `terms`; where `first` is 0 what
    `sums` held counts as zero. Exact for every code in [-128, 127].

    `next` is nothing, or the block and first group that will be read after
    this: their start is asked for ahead of time, and these weights' own end.

    - (C1) `tables` has 64 bytes for each group of K.
    - (C2) `blocks` is at least 1.
    - (C3) `groups` is 1 to 1024: as many as 16-bit sums take.
    - (C4) `next` is empty or has two values.
    - (C5) `weights` has whole blocks and `sums` room for `blocks` of them.

    ```mlir
    ternary.lookup_rows %tables[%slot], %weights[%block, %first] into %sums[%row] then [%next, %next_first]
        {blocks = 1 : i64, groups = 12 : i64, terms = 100 : i64} : memref<8x1600xi8>, memref<3200xi8>, memref<64xi32>
    ```
  }];
  let arguments = (ins Ternary_Read<I8, 2, "of code_tables">:$tables, Index:$slot,
    Ternary_Read<I8, 1, "pairs">:$weights, Index:$block, Index:$first,
    Ternary_Update<I32, 1, "i32">:$sums, Index:$row, Variadic<Index>:$next,
    I64Attr:$groups, I64Attr:$terms, I64Attr:$blocks);
  let assemblyFormat = [{
    $tables `[` $slot `]` `,` $weights `[` $block `,` $first `]` `into` $sums `[` $row `]`
    (`then` `[` $next^ `]`)? attr-dict
    `:` type($tables) `,` type($weights) `,` type($sums)
  }];
}

def Ternary_LookupRowGroupsOp : Ternary_TileOp<"lookup_row_groups", [AttrSizedOperandSegments]> {
  let summary = "lookup_rows for scales in groups";
  let description = [{
    The sums of `lookup_rows`, taken and scaled for each scale group, which has
    `group` terms. For each of those, s, that the groups of 4 terms [first, first
    + groups) are of: adds `sum * scale[token, s]` to `totals[row + 64 b + r]`,
    or `sum * (scale[token, s] * weight_scales[block + b, s, r])`, as
    `ternary.linear` does. Where `first` is 0 what `totals` held counts as zero.
    `next` is as in `lookup_rows`.

    - (C1) `tables` has 64 bytes for each group of 4 terms of K.
    - (C2) `blocks` is at least 1.
    - (C3) `group` is a multiple of 16 from 16 to 240; `first` is at a multiple of it.
    - (C4) `next` is empty or has two values.
    - (C5) `weights` has whole blocks and `totals` room for `blocks` of them.

    ```mlir
    ternary.lookup_row_groups %tables[%slot], %weights[%block, %first], %scale[%token] into %totals[%row]
        {blocks = 1 : i64, group = 32 : i64, groups = 25 : i64, terms = 100 : i64}
        : memref<8x1600xi8>, memref<3200xi8>, memref<?x4xf32>, memref<64xf32>
    ```
  }];
  let arguments = (ins Ternary_Read<I8, 2, "of code_tables">:$tables, Index:$slot,
    Ternary_Read<I8, 1, "pairs">:$weights, Index:$block, Index:$first,
    Ternary_Read<F32, 2, "[M, G] f32">:$scale, Index:$token,
    Optional<Ternary_MemRef<F32, 3>>:$weight_scales,
    Ternary_Update<F32, 1, "f32">:$totals, Index:$row, Variadic<Index>:$next,
    I64Attr:$groups, I64Attr:$terms, I64Attr:$blocks, I64Attr:$group);
  let assemblyFormat = [{
    $tables `[` $slot `]` `,` $weights `[` $block `,` $first `]` `,` $scale `[` $token `]`
    (`times` `(` $weight_scales^ `:` type($weight_scales) `)`)? `into` $totals `[` $row `]`
    (`then` `[` $next^ `]`)? attr-dict
    `:` type($tables) `,` type($weights) `,` type($scale) `,` type($totals)
  }];
}

def Ternary_AddRowGroupOp : Ternary_TileOp<"add_row_group"> {
  let summary = "adds the scaled sums of a group, rows side by side";
  let description = [{
    For each column r of `sums`: adds `sums[slot, r] * scale[token, group]` to
    `totals[slot, r]`, or `sums[slot, r] * (scale[token, group] *
    weight_scales[n / 64, group, n % 64])` with n = `row` + r, as
    `ternary.linear` does. Where `group` is 0 what `totals` held counts as zero.

    - (C1) `sums` and `totals` have the same static shape, and columns that
      divide 64 or are 64.

    ```mlir
    ternary.add_row_group %sums[%slot], %scale[%token, %group] into %totals[%row]
        : memref<4x64xi32>, memref<?x4xf32>, memref<4x64xf32>
    ```
  }];
  let arguments = (ins Ternary_Read<I32, 2, "[T, rows] i32">:$sums, Index:$slot,
    Ternary_Read<F32, 2, "[M, G] f32">:$scale, Index:$token, Index:$group,
    Optional<Ternary_MemRef<F32, 3>>:$weight_scales,
    Ternary_Update<F32, 2, "[T, rows] f32">:$totals, Index:$row);
  let assemblyFormat = [{
    $sums `[` $slot `]` `,` $scale `[` $token `,` $group `]`
    (`times` `(` $weight_scales^ `:` type($weight_scales) `)`)? `into` $totals `[` $row `]` attr-dict
    `:` type($sums) `,` type($scale) `,` type($totals)
  }];
}

def Ternary_QuintTablesOp : Ternary_TileOp<"quint_tables"> {
  let summary = "byte tables of the sums of five activations of a token";
  let description = [{
    For each group g in [first, last) of 5 codes x0..x4 of `token` (zero behind
    K) writes 256 bytes at `tables[slot, 256 g]`: two tables of 128 bytes, indexed by v in
    [0, 121]. With d_i the balanced ternary digits of v and s = sum of d_i x_i,
    in [-640, 640]: the numbers l in [-16, 15] and h in [-20, 20] of
    s = 32 h + l, first l and then h. Entries from 122 on are not defined.

    - (C1) `tables` has 256 bytes for each group of K.

    ```mlir
    ternary.quint_tables %codes[%token, %first to %last] into %tables[%slot] : memref<?x101xi8>, memref<8x5376xi8>
    ```
  }];
  let arguments = (ins Ternary_Read<I8, 2, "[M, K] i8">:$codes, Index:$token, Index:$first, Index:$last,
    Ternary_Write<I8, 2, "[slots, 256 * groups] i8">:$tables, Index:$slot);
  let assemblyFormat = [{
    $codes `[` $token `,` $first `to` $last `]` `into` $tables `[` $slot `]` attr-dict `:` type($codes) `,` type($tables)
  }];
}

def Ternary_LookupQuintsOp : Ternary_TileOp<"lookup_quints"> {
  let summary = "sums of some groups of a block by look-ups in a token's tables of five";
  let description = [{
    Adds to `sums[row + r]` the token's sum over the groups [first, first +
    groups) of 5 terms for row r of `block`, in weights of layout `quints` of
    K = `terms` and blocks of `rows` rows; where `first` is 0 what `sums` held
    counts as zero. Exact for every code in [-128, 127]. Where bit 7 of a
    weight's byte is set, the entries are subtracted.

    `next` is nothing, or the block and first group that will be read after
    this: their start is asked for ahead of time, and these weights' own end.

    - (C1) `tables` has 256 bytes for each group of K.
    - (C2) `rows` is a multiple of 64.
    - (C3) `groups` is 1 to 1440: as many as 16-bit sums take.
    - (C4) `next` is empty or has two values.
    - (C5) `weights` has whole blocks and `sums` room for one.

    ```mlir
    ternary.lookup_quints %tables[%slot], %weights[%block, %first] into %sums[%row] then[%next, %next_first]
        {groups = 20 : i64, terms = 101 : i64, rows = 256 : i64} : memref<8x5376xi8>, memref<5376xi8>, memref<256xi32>
    ```
  }];
  let arguments = (ins Ternary_Read<I8, 2, "of quint_tables">:$tables, Index:$slot,
    Ternary_Read<I8, 1, "quints">:$weights, Index:$block, Index:$first,
    Ternary_Update<I32, 1, "i32">:$sums, Index:$row, Variadic<Index>:$next,
    I64Attr:$groups, I64Attr:$terms, I64Attr:$rows);
  let assemblyFormat = [{
    $tables `[` $slot `]` `,` $weights `[` $block `,` $first `]` `into` $sums `[` $row `]`
    (`then` `[` $next^ `]`)? attr-dict
    `:` type($tables) `,` type($weights) `,` type($sums)
  }];
}

def Ternary_QuadTablesOp : Ternary_TileOp<"quad_tables"> {
  let summary = "byte tables of all sums of four activations of a token";
  let description = [{
    For each group g in [first, last) of 4 codes x0..x3 of `token` (zero behind
    K) writes 192 bytes at `tables[slot, 192 g]`, by the byte of layout `quads`
    that has the digits d0..d3 in 0..2. With u = 512 + sum of (d_i - 1) x_i, in
    [0, 1024]: the numbers l in [0, 31] and h in [0, 32] of u = 32 h + l, but
    h = 31 and l = 32 for u = 1024 where g mod 8 is 7, so that eight
    neighbouring groups add up in a byte. First l of the bytes 0 to 63, then h
    of these, l of the bytes 64 to 95 and h of those. Entries of bytes that the
    layout does not have are not defined.

    Four groups are made together, from 16 codes that are read at once. So
    `first` is a multiple of 4, that the last four groups do not end behind K,
    and behind `last` the tables of up to 3 more groups may be written, too.

    - (C1) `tables` has 192 bytes for each group of K.

    ```mlir
    ternary.quad_tables %codes[%token, %first to %last] into %tables[%slot] : memref<?x101xi8>, memref<8x4992xi8>
    ```
  }];
  let arguments = (ins Ternary_Read<I8, 2, "[M, K] i8">:$codes, Index:$token, Index:$first, Index:$last,
    Ternary_Update<I8, 2, "[slots, 192 * groups] i8">:$tables, Index:$slot);
  let assemblyFormat = [{
    $codes `[` $token `,` $first `to` $last `]` `into` $tables `[` $slot `]` attr-dict `:` type($codes) `,` type($tables)
  }];
}

def Ternary_LookupQuadsOp : Ternary_TileOp<"lookup_quads"> {
  let summary = "sums of some groups of a block by look-ups in a token's tables of four";
  let description = [{
    Adds to `sums[row + r]` the token's sum over the groups [first, first +
    groups) of 4 terms for row r of `block`, in weights of layout `quads` of
    K = `terms` and blocks of `rows` rows; where `first` is 0 what `sums` held
    counts as zero. Groups are added in order, and what `sums` hold before the
    last one is the target's matter. Exact for every code in [-128, 127].

    `next` is nothing, or the block and first group that will be read after
    this: their start is asked for ahead of time, and these weights' own end.

    - (C1) `tables` has 192 bytes for each group of K.
    - (C2) `rows` is a multiple of 64.
    - (C3) `groups` is 1 to 2048: as many as 16-bit sums take.
    - (C4) `next` is empty or has two values.
    - (C5) `weights` has whole blocks and `sums` room for one.

    ```mlir
    ternary.lookup_quads %tables[%slot], %weights[%block, %first] into %sums[%row] then[%next, %next_first]
        {groups = 24 : i64, terms = 101 : i64, rows = 256 : i64} : memref<8x4992xi8>, memref<6656xi8>, memref<256xi32>
    ```
  }];
  let arguments = (ins Ternary_Read<I8, 2, "of quad_tables">:$tables, Index:$slot,
    Ternary_Read<I8, 1, "quads">:$weights, Index:$block, Index:$first,
    Ternary_Update<I32, 1, "i32">:$sums, Index:$row, Variadic<Index>:$next,
    I64Attr:$groups, I64Attr:$terms, I64Attr:$rows);
  let assemblyFormat = [{
    $tables `[` $slot `]` `,` $weights `[` $block `,` $first `]` `into` $sums `[` $row `]`
    (`then` `[` $next^ `]`)? attr-dict
    `:` type($tables) `,` type($weights) `,` type($sums)
  }];
}

//===-- A tile of tokens: lanes are tokens ---------------------------------===//

def Ternary_QuintsToPairsOp : Ternary_TileOp<"quints_to_pairs"> {
  let summary = "20 terms of 64 rows from layout quints to layout pairs";
  let description = [{
    `pairs` receives what layout `pairs` with blocks of 64 rows holds for the
    terms [20 chunk, 20 chunk + 4 groups) of the rows [64 part, 64 part + 64),
    counted from the start of `weights` in layout `quints` of K = `terms` and
    blocks of `rows` rows. `lookup_tokens` reads it as block 0 of weights with
    that many groups.

    - (C1) `pairs` has 64 bytes for each of the `groups`, 1 to 5.
    - (C2) `rows` is a multiple of 64.

    ```mlir
    ternary.quints_to_pairs %weights[%part, %chunk] into %pairs {groups = 5 : i64, terms = 101 : i64, rows = 256 : i64}
        : memref<5376xi8>, memref<320xi8>
    ```
  }];
  let arguments = (ins Ternary_Read<I8, 1, "quints">:$weights, Index:$part, Index:$chunk,
    Ternary_Write<I8, 1, "[64 * groups] pairs">:$pairs,
    I64Attr:$groups, I64Attr:$terms, I64Attr:$rows);
  let assemblyFormat = [{
    $weights `[` $part `,` $chunk `]` `into` $pairs attr-dict `:` type($weights) `,` type($pairs)
  }];
}

def Ternary_TokenPanelOp : Ternary_TileOp<"token_panel"> {
  let summary = "codes of a tile, transposed";
  let description = [{
    `panel[tile, k, t]` = `codes[token + t, k]` for t < `count`, else 0; also 0
    for k from K up to the panel's axis, a multiple of 4.

    - (C1) The panel's axis of terms is K, rounded up to 4.

    ```mlir
    ternary.token_panel %codes[%token for %count] into %panel[%tile] : memref<?x101xi8>, memref<8x104x32xi8>
    ```
  }];
  let arguments = (ins Ternary_Read<I8, 2, "[M, K] i8">:$codes, Index:$token, Index:$count,
    Ternary_Write<I8, 3, "[tiles, K, tokens] i8">:$panel, Index:$tile);
  let assemblyFormat = [{
    $codes `[` $token `for` $count `]` `into` $panel `[` $tile `]` attr-dict
    `:` type($codes) `,` type($panel)
  }];
}

def Ternary_TokenTablesOp : Ternary_TileOp<"token_tables"> {
  let summary = "all sums of groups of activations, for each token of a tile";
  let description = [{
    For each of `groups` groups from `group` on, with codes x0..x3 and digits
    d0..d3 in 0..2: `tables[137 j + d0 + 3 d1 + 16 (d2 + 3 d3), t]` =
    sum of (d_i - 1) x_i of token t, so that a byte of layout `pairs` is an
    index. With `quads` the index is d0 + 3 d1 + 9 d2 + 32 d3 instead, a byte of
    that layout. Other entries are left as they are. 137 = 9 mod 16 spreads the
    81 used entries of several groups evenly over the sets of a cache.

    - (C1) `tables` has 137 rows for each of the `groups` (at least 1), and the
      panel's tokens.

    ```mlir
    ternary.token_tables %panel[%tile, %group] into %tables {groups = 6 : i64}
        : memref<8x104x32xi8>, memref<822x32xi16>
    ```
  }];
  let arguments = (ins Ternary_Read<I8, 3, "[tiles, K, tokens] i8">:$panel, Index:$tile, Index:$group,
    Ternary_Write<I16, 2, "[137 * groups, tokens] i16">:$tables, I64Attr:$groups, UnitAttr:$quads);
  let assemblyFormat = [{
    $panel `[` $tile `,` $group `]` `into` $tables attr-dict `:` type($panel) `,` type($tables)
  }];
}

def Ternary_LookupTokensOp : Ternary_TileOp<"lookup_tokens"> {
  let summary = "adds the entries of a block's codes to 16-bit sums";
  let description = [{
    For each row r of `block`, 64 rows of a layout's block of `rows`:
    `partial[row + r, :]` += the tables' entries of the row's `groups` bytes from
    `group` on. An entry lies in [-512, 512]:
    after 63 groups at most, `carry` must make room. With `fresh`, what
    `partial` held counts as zero.

    - (C1) `tables` has 137 rows for each of the `groups`, 1 to 63, and the tokens
      of `partial`.
    - (C2) `rows` is a multiple of 64.

    ```mlir
    ternary.lookup_tokens %tables, %weights[%block, %group] into %partial[%row] {groups = 6 : i64, terms = 101 : i64}
        : memref<822x32xi16>, memref<3328xi8>, memref<1024x32xi16>
    ```
  }];
  let arguments = (ins Ternary_Read<I16, 2, "of token_tables">:$tables, Ternary_Read<I8, 1, "pairs or quads">:$weights,
    Index:$block, Index:$group, Ternary_Update<I16, 2, "[rows, tokens] i16">:$partial, Index:$row,
    I64Attr:$groups, I64Attr:$terms, UnitAttr:$fresh,
    DefaultValuedAttr<I64Attr, "64">:$rows);
  let assemblyFormat = [{
    $tables `,` $weights `[` $block `,` $group `]` `into` $partial `[` $row `]` attr-dict
    `:` type($tables) `,` type($weights) `,` type($partial)
  }];
}

def Ternary_ClearOp : Ternary_TileOp<"clear"> {
  let summary = "sets the sums of a block to zero";
  let description = [{
    A sum is `partial + 256 high`, see `carry`.

    - (C1) `partial` and `high` have the same shape.

    ```mlir
    ternary.clear %partial, %high[%row] : memref<1024x32xi16>, memref<1024x32xi16>
    ```
  }];
  let arguments = (ins Ternary_Write<I16, 2, "[rows, tokens] i16">:$partial,
    Ternary_Write<I16, 2, "[rows, tokens] i16">:$high, Index:$row);
  let assemblyFormat = [{
    $partial `,` $high `[` $row `]` attr-dict `:` type($partial) `,` type($high)
  }];
}

def Ternary_CarryOp : Ternary_TileOp<"carry"> {
  let summary = "makes room in a block's 16-bit sums";
  let description = [{
    For 64 rows from `row` on: `high` += `partial` >> 8 (floor), `partial` &= 255.
    So `partial` has room for 63 groups more: 255 + 63 * 512 < 2^15. `high`
    holds the sums of up to 65000 terms.

    - (C1) `partial` and `high` have the same shape.

    ```mlir
    ternary.carry %partial into %high[%row] : memref<1024x32xi16>, memref<1024x32xi16>
    ```
  }];
  let arguments = (ins Ternary_Update<I16, 2, "[rows, tokens] i16">:$partial,
    Ternary_Update<I16, 2, "[rows, tokens] i16">:$high, Index:$row);
  let assemblyFormat = [{
    $partial `into` $high `[` $row `]` attr-dict `:` type($partial) `,` type($high)
  }];
}

def Ternary_TransposeSumsOp : Ternary_TileOp<"transpose_sums"> {
  let summary = "a block's sums, token by token";
  let description = [{
    `result[t, r]` = `partial[row + r, t] + 256 high[row + r, t]`, for 64 rows.

    - (C1) `partial` and `high` have the same shape.
    - (C2) `result` has 64 columns and a row for each token of `high`.

    ```mlir
    ternary.transpose_sums %partial, %high[%row] into %result
        : memref<1024x32xi16>, memref<1024x32xi16>, memref<32x64xi32>
    ```
  }];
  let arguments = (ins Ternary_Read<I16, 2, "[rows, tokens] i16">:$partial,
    Ternary_Read<I16, 2, "[rows, tokens] i16">:$high, Index:$row,
    Ternary_Write<I32, 2, "[tokens, 64] i32">:$result);
  let assemblyFormat = [{
    $partial `,` $high `[` $row `]` `into` $result attr-dict
    `:` type($partial) `,` type($high) `,` type($result)
  }];
}

def Ternary_TokenScalesOp : Ternary_TileOp<"token_scales"> {
  let summary = "scales of a tile, transposed";
  let description = [{
    `panel[tile, g, t]` = `scale[token + t, g]` for t < `count`, else 0.

    - (C1) `panel` has as many groups as `scale`.

    ```mlir
    ternary.token_scales %scale[%token for %count] into %panel[%tile] : memref<?x4xf32>, memref<8x4x32xf32>
    ```
  }];
  let arguments = (ins Ternary_Read<F32, 2, "[M, G] f32">:$scale, Index:$token, Index:$count,
    Ternary_Write<F32, 3, "[tiles, G, tokens] f32">:$panel, Index:$tile);
  let assemblyFormat = [{
    $scale `[` $token `for` $count `]` `into` $panel `[` $tile `]` attr-dict
    `:` type($scale) `,` type($panel)
  }];
}

def Ternary_AddTokenGroupOp : Ternary_TileOp<"add_token_group"> {
  let summary = "adds the scaled sums of a group, tokens side by side";
  let description = [{
    For 64 rows r and each token t: adds `partial[row + r, t] * scales[tile,
    group, t]` to `totals[row + r, t]`, or `partial[row + r, t] * (scales[tile,
    group, t] * weight_scales[block, group, r])`, as `ternary.linear` does.
    Where `group` is 0 what `totals` held counts as zero.

    - (C1) `partial` and `totals` have the same static shape, and `scales` its
      tokens.

    ```mlir
    ternary.add_token_group %partial[%row, %block], %scales[%tile, %group] into %totals
        : memref<1024x32xi16>, memref<8x4x32xf32>, memref<1024x32xf32>
    ```
  }];
  let arguments = (ins Ternary_Read<I16, 2, "[rows, tokens] i16">:$partial, Index:$row, Index:$block,
    Ternary_Read<F32, 3, "of token_scales">:$scales, Index:$tile, Index:$group,
    Optional<Ternary_MemRef<F32, 3>>:$weight_scales,
    Ternary_Update<F32, 2, "[rows, tokens] f32">:$totals);
  let assemblyFormat = [{
    $partial `[` $row `,` $block `]` `,` $scales `[` $tile `,` $group `]`
    (`times` `(` $weight_scales^ `:` type($weight_scales) `)`)? `into` $totals attr-dict
    `:` type($partial) `,` type($scales) `,` type($totals)
  }];
}

def Ternary_TransposeTotalsOp : Ternary_TileOp<"transpose_totals"> {
  let summary = "a block's scaled sums, token by token";
  let description = [{
    `result[t, r]` = `totals[row + r, t]`, for 64 rows.

    - (C1) `result` has 64 columns and a row for each token of `totals`.

    ```mlir
    ternary.transpose_totals %totals[%row] into %result : memref<1024x32xf32>, memref<32x64xf32>
    ```
  }];
  let arguments = (ins Ternary_Read<F32, 2, "[rows, tokens] f32">:$totals, Index:$row,
    Ternary_Write<F32, 2, "[tokens, 64] f32">:$result);
  let assemblyFormat = [{
    $totals `[` $row `]` `into` $result attr-dict `:` type($totals) `,` type($result)
  }];
}

//===-- Dot products: lanes are rows, a few tokens at once -----------------===//

def Ternary_CodeTotalsOp : Ternary_TileOp<"code_totals"> {
  let summary = "sums of the codes of some tokens";
  let description = [{
    `totals[t]` = sum over k of `codes[token + t, k]`, for t < `count`. With
    `group`, `totals[g * stride + t]` is that of the g-th `group` terms, stride
    being the size of `totals` by the number of groups.

    ```mlir
    ternary.code_totals %codes[%token for %count] into %totals : memref<?x100xi8>, memref<64xi32>
    ```
  }];
  let arguments = (ins Ternary_Read<I8, 2, "[M, K] i8">:$codes, Index:$token, Index:$count,
    Ternary_Write<I32, 1, "[tokens] i32">:$totals, OptionalAttr<I64Attr>:$group);
  let assemblyFormat = [{
    $codes `[` $token `for` $count `]` `into` $totals attr-dict `:` type($codes) `,` type($totals)
  }];
}

def Ternary_DotRowsOp : Ternary_TileOp<"dot_rows"> {
  let summary = "sums of one block by dot products of bytes";
  let description = [{
    `sums[t, r]` = sum over k of `codes[token + t, k]` times the trit of row r
    of `block` in weights of `layout`, for each t of the leading axis of `sums`;
    `totals[slot + t]` is the sum of the token's codes. Bytes of weights count
    trits from 0, so each product is one too large by its activation: the
    total takes that back. `prefetch` bytes ahead of each unit of weights are
    asked for; 0 asks for none. k runs over the terms [first, first + terms)
    where those are given, and `totals` are of those then; `first` is a multiple
    of 4. This op multiplies.

    - (C1) `layout` is `rows4` or `rows5`, and `sums` is static with its rows.
    - (C2) Both `first` and `terms` are given, or none.

    ```mlir
    ternary.dot_rows %codes[%token], %totals[%slot], %weights[%block] into %sums
        {layout = #ternary.layout<rows4, rows = 64>, prefetch = 2048 : i64}
        : memref<?x100xi8>, memref<64xi32>, memref<1600xi8>, memref<4x64xi32>
    ```
  }];
  let arguments = (ins Ternary_Read<I8, 2, "[M, K] i8">:$codes, Index:$token, Optional<Index>:$first,
    Ternary_Read<I32, 1, "of code_totals">:$totals, Index:$slot,
    Ternary_Read<I8, 1, "packed">:$weights, Index:$block, Ternary_Write<I32, 2, "[T, rows] i32">:$sums,
    Ternary_LayoutAttr:$layout, DefaultValuedAttr<I64Attr, "0">:$prefetch, OptionalAttr<I64Attr>:$terms);
  let assemblyFormat = [{
    $codes `[` $token (`from` $first^)? `]` `,` $totals `[` $slot `]` `,` $weights `[` $block `]` `into` $sums attr-dict
    `:` type($codes) `,` type($totals) `,` type($weights) `,` type($sums)
  }];
}

//===-- The end of all -----------------------------------------------------===//

def Ternary_RescaleOp : Ternary_TileOp<"rescale"> {
  let summary = "outputs of one block and token from its sums";
  let description = [{
    For r < `rows`: `out[token, row + r]` = `sums[slot, r]` with the scales of
    the token and of row `row + r` applied in the order of `form`, plus the
    row's bias. Scales and biases with one element serve all rows.

    - (C1) `sums` has a static number of columns, and `rows` from 1 to as many.

    ```mlir
    ternary.rescale %sums[%slot], %scale, %weight_scale into %out[%token, %row]
        {form = #ternary.rescale_form<div_mul>, rows = 64 : i64}
        : memref<4x64xi32>, memref<?xf32>, memref<1xf32>, memref<?x100xf32>
    ```
  }];
  let arguments = (ins Ternary_Read<I32, 2, "[slots, rows] i32">:$sums, Index:$slot,
    Ternary_Read<F32, 1, "[M] f32">:$scale, Ternary_Read<F32, 1, "[N or 1] f32">:$weight_scale,
    Optional<Ternary_MemRef<F32, 1>>:$bias, Ternary_Write<F32, 2, "[M, N] f32">:$out, Index:$token, Index:$row,
    Ternary_RescaleFormAttr:$form, I64Attr:$rows);
  let assemblyFormat = [{
    $sums `[` $slot `]` `,` $scale `,` $weight_scale (`bias` `(` $bias^ `:` type($bias) `)`)?
    `into` $out `[` $token `,` $row `]` attr-dict
    `:` type($sums) `,` type($scale) `,` type($weight_scale) `,` type($out)
  }];
}

def Ternary_WriteTotalsOp : Ternary_TileOp<"write_totals", [AttrSizedOperandSegments]> {
  let summary = "outputs of one block and token from its scaled sums";
  let description = [{
    For r < `rows`: `out[token, row + r]` = `totals[slot, r]`, times the row's
    weight scale if there is one, plus the row's bias. Scales and biases with one
    element serve all rows.

    - (C1) `totals` has a static number of columns, and `rows` from 1 to as many.

    ```mlir
    ternary.write_totals %totals[%slot] into %out[%token, %row] {rows = 64 : i64} : memref<4x64xf32>, memref<?x100xf32>
    ```
  }];
  let arguments = (ins Ternary_Read<F32, 2, "[slots, rows] f32">:$totals, Index:$slot,
    Optional<Ternary_MemRef<F32, 1>>:$weight_scale, Optional<Ternary_MemRef<F32, 1>>:$bias,
    Ternary_Write<F32, 2, "[M, N] f32">:$out, Index:$token, Index:$row, I64Attr:$rows);
  let assemblyFormat = [{
    $totals `[` $slot `]` (`times` `(` $weight_scale^ `:` type($weight_scale) `)`)?
    (`bias` `(` $bias^ `:` type($bias) `)`)? `into` $out `[` $token `,` $row `]` attr-dict
    `:` type($totals) `,` type($out)
  }];
}

#endif // DIALECTS_TERNARY_IR_TERNARYTILEOPS_TD
