"""Whether a schema may take another's place under the same type. Pure: two JSON Schemas in, sentences out.

Old records lie on topics and in journals for ever, so the new schema must take all that the old one took: nothing
removed, nothing newly required, no limit tightened. Of what strangers read (`widening=False`) it may also say nothing
that the old one would not have said. A library's yes or no (jsonsubschema) would not tell anybody what to change.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
LOWER = {"minimum": "at least", "exclusiveMinimum": "more than", "minLength": "characters, at least",
         "minItems": "entries, at least"}  # fmt: skip
UPPER = {"maximum": "at most", "exclusiveMaximum": "less than", "maxLength": "characters, at most",
         "maxItems": "entries, at most"}  # fmt: skip
KEEP = "keep it as it was"


@dataclass(frozen=True)
class Breach:
    """`field`: its path, `consent.given_by`, `languages[]`; empty for the whole. `mend`: a way that is compatible."""

    field: str
    what: str
    mend: str


def breaches(old: Schema, new: Schema, *, widening: bool = True) -> list[Breach]:
    """All that keeps `new` from taking the place of `old`. `widening`: we are the readers, who may learn to take more."""
    found = [*_removed(old, new), *_narrower(_Side(old), _Side(new), "")]
    if not widening:
        found += [_widened(breach) for breach in _narrower(_Side(new), _Side(old), "", backwards=True)]
    return sorted(set(found), key=lambda breach: (breach.field, breach.what))


def sentence(type_: str, breach: Breach) -> str:
    """What to tell who made the change."""
    name, version = type_.rsplit(".v", 1)
    where = f"`{breach.field}` " if breach.field else ""
    return (
        f"`{type_}`: {where}{breach.what}: {breach.mend}, or publish a new type `{name}.v{int(version) + 1}` beside it"
    )


def _widened(breach: Breach) -> Breach:
    return Breach(breach.field, f"is wider than its readers were promised (going back, it {breach.what})",
                  "say the new thing in a new field with a default")  # fmt: skip


@dataclass(frozen=True)
class _Side:
    """A schema with the definitions that its references are looked up in."""

    root: Schema
    at: Schema | None = None

    @property
    def here(self) -> Schema:
        found = self.root if self.at is None else self.at
        while "$ref" in found:
            found = self.root["$defs"][str(found["$ref"]).rsplit("/", 1)[1]]
        return found

    def to(self, schema: Schema) -> "_Side":
        return _Side(self.root, schema)

    def branches(self) -> list["_Side"]:
        """The choices of a union, each by itself."""
        choices = self.here.get("anyOf") or self.here.get("oneOf")
        if choices:
            return [leaf for choice in choices for leaf in self.to(choice).branches()]
        types = self.here.get("type")
        return [self.to({**self.here, "type": one}) for one in types] if isinstance(types, list) else [self]


def _removed(old: Schema, new: Schema) -> Iterator[Breach]:
    gone = _fields(_Side(old), "").keys() - _fields(_Side(new), "").keys()
    for name in gone:
        if name.rpartition(".")[0] not in gone:  # its parent says it already
            yield Breach(name, "is gone", "readers of old and new records look for it, so keep it")


def _fields(side: _Side, path: str) -> dict[str, None]:
    found: dict[str, None] = {}
    for branch in side.branches():
        for name, schema in branch.here.get("properties", {}).items():
            found[f"{path}{name}"] = None
            found |= _fields(branch.to(schema), f"{path}{name}.")
        if isinstance(items := branch.here.get("items"), Mapping):
            found |= _fields(branch.to(items), f"{path.removesuffix('.')}[].")
    return found


def _narrower(old: _Side, new: _Side, path: str, *, backwards: bool = False) -> list[Breach]:
    """Why something that `old` took would not be taken by `new`. `backwards`: fields that `new` lacks were added later."""
    choices = new.branches()
    found: list[Breach] = []
    for branch in old.branches():
        reasons = [(_type(choice), list(_within(branch, choice, path, backwards))) for choice in choices]
        if any(not why for _, why in reasons):
            continue
        if alike := [why for type_, why in reasons if type_ == _type(branch)]:
            fewest = min(alike, key=len)
            found += fewest
        else:
            had, has = _type(branch), " or ".join(sorted({_type(choice) for choice in choices}))
            found.append(Breach(path, f"was {had} and is {has}", KEEP))
    return found


def _type(side: _Side) -> str:
    return str(side.here.get("type") or ("a fixed value" if _values(side.here) is not None else "anything"))


def _within(old: _Side, new: _Side, path: str, backwards: bool) -> Iterator[Breach]:
    was, now = old.here, new.here
    if _type(new) not in (_type(old), "anything") and (_type(old), _type(new)) != ("integer", "number"):
        yield Breach(path, f"was {_type(old)} and is {_type(new)}", KEEP)
        return
    yield from _values_gone(was, now, path)
    yield from _limits(was, now, path)
    yield from _texts(was, now, path)
    if isinstance(now.get("items"), Mapping):
        yield from _narrower(old.to(was.get("items", {})), new.to(now["items"]), f"{path}[]", backwards=backwards)
    if _type(new) == "object" or "properties" in now:
        yield from _object(old, new, path, backwards)


def _values(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _values_gone(was: Schema, now: Schema, path: str) -> Iterator[Breach]:
    allowed, before = _values(now), _values(was)
    if allowed is None:
        return
    if before is None:
        yield Breach(path, f"may only be {_told(allowed)} now", KEEP)
    elif gone := [value for value in before if value not in allowed]:
        yield Breach(path, f"may no longer be {_told(gone)}", "old records hold it, so keep it")


def _told(values: list[Any]) -> str:
    return ", ".join(map(str, values))


def _limits(was: Schema, now: Schema, path: str) -> Iterator[Breach]:
    for names, sign in ((LOWER, 1), (UPPER, -1)):
        for name, words in names.items():
            limit, before = now.get(name), was.get(name)
            if limit is not None and (before is None or sign * limit > sign * before):
                had = "without such a limit" if before is None else str(before)
                yield Breach(path, f"is limited more tightly ({words} {limit}, was {had})", "keep the wider limit")


def _texts(was: Schema, now: Schema, path: str) -> Iterator[Breach]:
    """No pattern is shown to take what another took, but for the one that begins with it: `old|more`."""
    pattern, before = now.get("pattern"), was.get("pattern")
    if pattern is not None and pattern != before and not (before and pattern.startswith(f"{before}|")):
        had = "any text" if before is None else before
        yield Breach(path, f"must match {pattern}, was {had}", f"drop the pattern, or take both (`{had}|…`)")
    for name in ("format", "multipleOf", "prefixItems"):
        if now.get(name) is not None and now[name] != was.get(name):
            yield Breach(path, f"has {name} {now[name]}, was {was.get(name) or 'without one'}", KEEP)
    if now.get("uniqueItems") and not was.get("uniqueItems"):
        yield Breach(path, "may no longer hold an entry twice", KEEP)


def _object(old: _Side, new: _Side, path: str, backwards: bool) -> Iterator[Breach]:
    was, now = old.here.get("properties", {}), new.here.get("properties", {})
    before, needed = old.here.get("required", ()), new.here.get("required", ())
    prefix = f"{path}." if path else ""
    for name in needed:
        if name not in before and not (backwards and name not in was):
            told = "is now required" if name in was else "is new and required"
            yield Breach(f"{prefix}{name}", told, "records without it exist: give it a default")
    for name in was.keys() & now.keys():
        yield from _narrower(old.to(was[name]), new.to(now[name]), f"{prefix}{name}", backwards=backwards)
        if not backwards and name not in (*before, *needed) and was[name].get("default") != now[name].get("default"):
            told = f"has the default {now[name].get('default')!r}, was {was[name].get('default')!r}"
            yield Breach(f"{prefix}{name}", f"{told}: records without it would mean something else", KEEP)
    if isinstance(now_more := new.here.get("additionalProperties"), Mapping):
        more = old.here.get("additionalProperties", {})
        yield from _narrower(old.to(more), new.to(now_more), f"{path}{{}}", backwards=backwards)
    if new.here.get("additionalProperties") is False and old.here.get("additionalProperties") is not False:
        yield Breach(path, "refuses fields that it does not know", "let it ignore them (`extra='ignore'`)")
