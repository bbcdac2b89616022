"""Nonsense for fuzzes of files: texts that would be code somewhere, values of every type, and how TOML writes them."""

from hypothesis import strategies as st

CODE = (
    "__import__('pathlib').Path('trap').touch()",
    "!!python/object/apply:os.system ['touch trap']",
    "{{ cycler.__init__.__globals__.os.system('touch trap') }}",
    "$(touch trap)",
    "`touch trap`",
    "cos\nsystem\n(S'touch trap'\ntR.",
    "../../../etc/passwd",
    "file:///dev/zero",
)
PLAIN = st.one_of(
    st.sampled_from(CODE),
    st.text(max_size=12),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.booleans(),
    st.dates(),
)


def values(keys):
    """Return a strategy of values: plain ones, lists of them, and tables with some of these keys."""
    return st.recursive(
        PLAIN,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(keys), inner, max_size=3),
        max_leaves=6,
    )


def written(value):
    """Return a value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(letter):08x}" for letter in value) + '"'
    if isinstance(value, list):
        return f"[{', '.join(written(one) for one in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)} = {written(one)}" for key, one in value.items()) + "}"
    return str(value)
