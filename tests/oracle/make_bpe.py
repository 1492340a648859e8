"""Reference data for the tokenizer and the split: tests/data/bpe.

    python tests/oracle/make_bpe.py [--synthetic]

Everything comes from Hugging Face `tokenizers` and from PyTorch. No file holds any of the
Shakespeare text: its figures stand in docs/model.md and in the test itself. `--synthetic` also
recomputes the hashes over the built-in text (it compiles datasets/synthetic.c to have it);
otherwise they are kept as they are.
"""

import hashlib
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unicodedata

import tokenizers
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "tests/data/bpe"
SPECIALS = ["<unk>", "<pad>", "<bos>", "<eos>"]
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2004\u200a\u2028\u2029\u202f\u205f\u3000"

MIXED = """\
안녕하세요, 세계! 오늘 날씨가 참 좋습니다. 내일도 좋을까요? 한국어와 English가 섞인 문장입니다.
각각 (NFD) 각각 (NFC) — 자모: ㄱㄴㄷㅏㅑ ㅋㅋㅋㅋㅋ
Emoji: 😀😃😄 👩‍👩‍👧‍👦 🇰🇷🇫🇷 👍🏽👍🏿 ❤️ ☎︎ 1️⃣2️⃣
Combining: e\u0301 e\u0302\u0323 Z\u0351\u036b\u0343a\u0302lg\u0321o\u0322 naïve cafe\u0301 café Ünïcödé
I'm you're he's they've we'll I'd don't 'tis 'twas rock'n'roll O'Neill's ''s 'S 'LL ’s ’ll l'été
3.14159 1,000,000 １２３ ٣٤٥ ½¾ Ⅷ x² 10⁻³ 2024-11-20T10:30:00Z 0xDEADBEEF
a  b   c    d     e\ttab\t\ttabs \t mixed \t  \r\nCRLF line\r\n\r\nblank\n\n\nthree\n \n  \nend  
non\xa0breaking\u2003em\u3000ideographic\u200bzero\u180emongolian\u2028line\u2029paragraph\ufeffbom
日本語のテキスト。漢字とカタカナ、ひらがな。中文文本，标点符号。Русский текст, ещё раз. Ελληνικά. עברית עם נִקּוּד العربية
if (x[i] != y->z && !done) { return a*b + c/d; } // comment #1 @user $5.00 50% ~^|\\ <tag attr="v"/>
\x00\x01\x02 control \x1b[0m \x7f delete \x1c\x1d\x1e\x1f separators
"""


def fresh(unk="<unk>", **model):
    t = Tokenizer(models.BPE(unk_token=unk, **model))
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.post_processor = processors.ByteLevel(trim_offsets=False)
    t.decoder = decoders.ByteLevel()
    return t


def train(text, vocab, min_frequency):
    t = fresh()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab, min_frequency=min_frequency, special_tokens=SPECIALS, show_progress=False
    )
    t.train_from_iterator([text], trainer)
    return t


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def u16(ids):
    return struct.pack(f"<{len(ids)}H", *ids)


def figures(text, vocab, min_frequency):
    """What a training must give: the whole tokenizer.json by its hash, and the ids of the same text."""
    t = train(text, vocab, min_frequency)
    ids = t.encode(text).ids
    return {
        "vocab": vocab,
        "min_frequency": min_frequency,
        "size": t.get_vocab_size(),
        "n_ids": len(ids),
        "first_ids": ids[:16],
        "tokenizer_sha256": sha256(t.to_str(pretty=True).encode()),
        "ids_sha256": sha256(u16(ids)),
    }


def unicode_text(rng):
    """The hand-written lines, then their words and characters thrown together, so that pairs repeat."""
    words = MIXED.split(" ")
    parts = [MIXED]
    for _ in range(700):
        parts.append(rng.choice(words))
        parts.append(rng.choice(["", " ", " ", " ", "  ", "\n", "'s", ", ", rng.choice(WHITE_SPACE)]))
    return "".join(parts)


def random_string(rng, longest):
    pool = [
        lambda: rng.choice(WHITE_SPACE),
        lambda: " " * rng.randint(1, 4),
        lambda: rng.choice(["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'", "'x", "’s", "'S"]),
        lambda: rng.choice("abcdefgzABCZ"),
        lambda: rng.choice("0129٣５½²Ⅷ"),
        lambda: rng.choice(".,;:!?-_()[]{}#@$%\u2014\u2026"),
        lambda: chr(rng.randint(0xAC00, 0xD7A3)),
        lambda: chr(rng.randint(0x300, 0x36F)),
        lambda: chr(rng.randint(0x1F300, 0x1F64F)),
        lambda: rng.choice("\u200d\ufe0f\u200b\u180e\ufeff\u00ad\x00\x1c\x7f\U000e0001"),
        lambda: rng.choice("안녕하세요세계日本語éüñßŒжλשع"),
    ]
    return "".join(rng.choice(pool)() for _ in range(rng.randint(0, longest)))


def cuts(t, text):
    """Bytes of each pre-token."""
    return [len(text[a:b].encode()) for _, (a, b) in t.pre_tokenizer.pre_tokenize_str(text)]


def character_classes(t):
    """Hash over all characters that Unicode 14 assigns: L letter, N number, S space, O other, four bytes
    of code point and one of class each. A character goes with what it is put behind, or it does not."""
    if unicodedata.unidata_version != "14.0.0":
        sys.exit("this needs a Python with Unicode 14 (3.11), the version of PCRE2 10.42")
    digest, counts = hashlib.sha256(), {}
    pieces = lambda s: len(t.pre_tokenizer.pre_tokenize_str(s))
    for c in range(0x110000):
        if 0xD800 <= c < 0xE000 or unicodedata.category(chr(c)) == "Cn":
            continue
        for kind, before in (("L", "a"), ("N", "1"), ("O", ".")):
            if pieces(before + chr(c)) == 1:
                break
        else:
            kind = "S"
        counts[kind] = counts.get(kind, 0) + 1
        digest.update(struct.pack("<I", c) + kind.encode())
    return {"sha256": digest.hexdigest(), "counts": counts}


def added_cases(base):
    """Files with added tokens and other settings, and what they make of some texts."""
    texts = [
        "", "<eos>", "plain text", "a<eos>b", "<bos>I'm <eos>", " <eos> ", "<e<eos>os>", "<<tag>>", "<tag><tag>!",
        "say <tag attr", "x日本語y日本", "two  <pad>  spaces", "don<unk>'t", "Ġ <n>word</n>", "caf\u00e9 <tag >",
        "\x00\x7f \U0010ffff", "안녕<eos>하세요",
    ]  # fmt: skip

    added = Tokenizer.from_str(base.to_str())
    added.add_special_tokens([AddedToken("<tag>", normalized=False), AddedToken("<tag><tag>", normalized=False)])
    added.add_tokens([AddedToken("日本", normalized=True), AddedToken("日本語", normalized=True)])
    added.add_tokens([AddedToken("<n>word", normalized=True), AddedToken("<n", normalized=False)])

    variants = {"added": added}
    for name, change in {
        "no_unk": {"unk_token": None},
        "fuse_unk": {"fuse_unk": True},
        "ignore_merges": {"ignore_merges": True},
    }.items():
        data = json.loads(base.to_str())
        data["model"].update(change)
        if name == "ignore_merges":  # a whole word that no merges lead to
            data["model"]["vocab"]["Ġspaces"] = len(data["model"]["vocab"])
        variants[name] = Tokenizer.from_str(json.dumps(data))
    merges = json.loads(base.to_str())
    merges["model"]["merges"] = [" ".join(m) for m in merges["model"]["merges"]]
    merges["added_tokens"] = merges["added_tokens"][:1]

    cases = []
    for name, t in variants.items():
        cases.append((name, json.loads(t.to_str()), t))
    cases.append(("string_merges", merges, Tokenizer.from_str(json.dumps(merges))))
    return [
        {
            "name": name,
            "tokenizer": data,
            "texts": [[s, t.encode(s).ids, t.decode(t.encode(s).ids, skip_special_tokens=False)] for s in texts],
        }
        for name, data, t in cases
    ]


def synthetic_figures(old):
    if "--synthetic" not in sys.argv:
        return old
    program = (
        '#include "datasets/synthetic.h"\n#include <stdio.h>\n'
        "int main(void) { return fwrite(hy_synthetic_text(1115394), 1, 1115394, stdout) != 1115394; }\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        main = pathlib.Path(folder, "main.c")
        main.write_text(program)
        sources = ["datasets/synthetic.c", "kernels/base/status.c"]
        exe = str(main.with_suffix(""))
        subprocess.run(["cc", "-std=c11", "-D_GNU_SOURCE", "-I.", "-o", exe, str(main), *sources], cwd=ROOT, check=True)
        data = subprocess.run([exe], stdout=subprocess.PIPE, check=True).stdout
    return {"text_sha256": sha256(data), **figures(data.decode("ascii"), 4096, 2)}


def permutations():
    rows = []
    for seed in (42, 0, 7, 2**31, -1, 12345678901):
        for n in (0, 1, 2, 3, 10, 624, 1194, 70000):
            p = torch.randperm(n, generator=torch.Generator().manual_seed(seed)).tolist()
            rows.append({"seed": seed, "n": n, "first": p[:6], "sha256": sha256(struct.pack(f"<{n}i", *p))})
    return rows


def write(name, data, **how):
    (OUT / name).write_text(json.dumps(data, ensure_ascii=True, **how) + "\n")


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    rng = random.Random(7)
    text = unicode_text(rng)
    (OUT / "unicode.txt").write_bytes(text.encode())
    base = train(text, 500, 2)
    base.save(str(OUT / "unicode.json"))

    kept = json.loads((OUT / "train.json").read_text()) if (OUT / "train.json").exists() else {}
    inline = {
        "empty": ("", 4096, 2), "one byte": ("a", 4096, 2), "one byte beyond ASCII": ("é", 4096, 1),
        "fewer merges than asked": ("abab abab cd", 4096, 2), "no merge frequent enough": ("abcdef", 4096, 2),
        "all merges": ("the cat the hat", 4096, 1), "frequency 0": ("aab aab", 4096, 0),
        "overlaps": ("aaaaaaaaaaaaa aaaa aaa aa a bababab", 4096, 1), "vocabulary below the bytes": ("hello world", 6, 2),
        "ties": ("ab ba cd dc ab ba cd dc xy yx xy yx", 24, 2), "specials in the text": ("<eos> <eos> <unk><unk>", 4096, 2),
        "one token two ways": ("abc abc bcd xabc xabc aabc abcbc bcabc bcbc abab abcabc " * 3, 4096, 1),
    }  # fmt: skip
    write(
        "train.json",
        {
            "made_with": f"tokenizers {tokenizers.__version__}",
            "unicode": [figures(text, v, f) for v, f in ((500, 2), (1200, 2), (4096, 1), (4096, 5))],
            "inline": [{"name": n, "text": s, **figures(s, v, f)} for n, (s, v, f) in inline.items()],
            "random": [
                {"text": s, **figures(s, 4096, 1)}
                for s in ("".join(rng.choice("ab ") for _ in range(rng.randint(20, 120))) for _ in range(60))
            ],
            "synthetic": synthetic_figures(kept.get("synthetic")),
        },
        indent=1,
    )
    strings = [random_string(rng, 14) for _ in range(100)]
    write("strings.json", [[s, base.encode(s).ids, cuts(base, s)] for s in strings], separators=(",", ":"))
    write("classes.json", character_classes(base), indent=1)
    write("added.json", added_cases(train(text, 300, 2)), separators=(",", ":"))
    write("randperm.json", permutations(), indent=1)


main()
