"""The table and the plot of what run.py measured."""


def share_of_bandwidth(record, row):
    """Bytes of weights that one token reads, times the speed, over the read bandwidth: compiled models only.

    Tied embeddings are read once, as the head or not at all.
    """
    facts = record["compiled"].get(row["shape"], {}).get(row["name"])
    limits = record["limits"].get(row["threads"]) or record["limits"].get(str(row["threads"]))
    if not facts or not limits or "tg" not in row:
        return None
    return facts["read_bytes"] * row["tg"] / limits["read_bytes_s"]


def best_peer(record, row, kind):
    ours = record["compiled"].get(row["shape"], {})
    peers = [r[kind] for r in record["results"] if r["shape"] == row["shape"] and r["threads"] == row["threads"] and
             r["name"] not in ours and kind in r]
    return max(peers) if peers else None


def ratio(record, row, kind):
    peer = best_peer(record, row, kind)
    ours = row["name"] in record["compiled"].get(row["shape"], {})
    return f"{row[kind] / peer:.2f}" if ours and peer and kind in row else "–"


def table(record):
    lines = [f"{record['cpu']}, {record['date']}"]
    for threads, limits in record["limits"].items():
        lines.append(f"{threads} threads: read {limits['read_bytes_s'] / 1e9:.1f} GB/s, "
                     f"dot products {limits['dot_macs_s'] / 1e9:.0f} GMAC/s")
    for shape, variants in record["compiled"].items():
        for name, facts in variants.items():
            lines.append(f"{shape} {name}: compiled in {facts['compile_s']:.1f} s, "
                         f"weights {facts['weights_bytes'] / 1e9:.3f} GB, code {facts['code_bytes'] / 1e3:.0f} kB")
    lines += ["", f"| shape | program | threads | pp{record['prompt']} tok/s | × best peer | "
              f"tg{record['generate']} tok/s | × best peer | weights read, share of bandwidth |",
              "|---|---|---|---|---|---|---|---|"]
    for row in record["results"]:
        share = share_of_bandwidth(record, row)
        lines.append(f"| {row['shape']} | {row['name']} | {row['threads']} | {number(row, 'pp')} | "
                     f"{ratio(record, row, 'pp')} | {number(row, 'tg')} | {ratio(record, row, 'tg')} | "
                     f"{f'{share * 100:.0f} %' if share else '–'} |")
    return "\n".join(lines)


def number(row, kind):
    return f"{row[kind]:.1f}" if kind in row else "–"


def plot(record):
    """An SVG of bars: a panel for each shape, threads and test."""
    panels = []
    for row in record["results"]:
        for kind in ("pp", "tg"):
            key = (row["shape"], row["threads"], kind)
            if kind in row and key not in panels:
                panels.append(key)
    parts, y = [], 10
    for shape, threads, kind in panels:
        rows = [r for r in record["results"] if (r["shape"], r["threads"]) == (shape, threads) and kind in r]
        tokens = record["prompt"] if kind == "pp" else record["generate"]
        parts.append(text(10, y + 14, f"{shape}, {kind}{tokens}, {threads} threads (tok/s)", "bold"))
        y += 22
        longest = max(r[kind] for r in rows)
        for row in rows:
            ours = row["name"] in record["compiled"].get(shape, {})
            width = 400 * row[kind] / longest
            parts.append(text(10, y + 12, row["name"]))
            parts.append(f'<rect x="200" y="{y}" width="{width:.1f}" height="14" '
                         f'fill="{"#2a6f97" if ours else "#b0b0b0"}"/>')
            parts.append(text(205 + width, y + 12, f"{row[kind]:.1f}"))
            y += 18
        y += 10
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="680" height="{y}" font-family="sans-serif" '
            f'font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(parts) + "\n</svg>\n")


def text(x, y, value, weight="normal"):
    value = value.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x:.1f}" y="{y:.1f}" font-weight="{weight}">{value}</text>'
