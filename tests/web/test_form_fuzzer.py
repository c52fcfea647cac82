"""Every page with a form, filled in as nobody should: no fault of ours, no markup given back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html
from sqlalchemy import Engine

from tests.support.addresses import ALL, Address, parts_of
from tests.support.council import Council
from tests.support.furnished import LATER
from tests.support.visitors import Visitors

# What a page must not give back as markup, wherever it was typed.
MARKUP = "\"'></textarea></title><svg/onload=alert(1)>{{7*7}}"
HOSTILE = st.one_of(
    st.sampled_from(
        [
            MARKUP,
            "\x00",
            "\ud800",
            "\u202e" + MARKUP,
            "x" * 30_000,
            "-1",
            "9" * 40,
            "2026-02-30",
            "١٢",
            " \u200b ",
            "\r\n\r\nSet-Cookie: a=b",
            "⟦" + MARKUP + "⟧",
            "https://evil.example/",
            "//evil.example",
        ]
    ),
    st.text(max_size=60),
    st.integers().map(str),
)
# Who is let into most pages of each door.
VISITORS = ("hos", "admin")
LEAVE = ("/sign-out", "/account/sign-out")  # these end the visit


def form_pages(visitors: Visitors, who: str, parts: dict[str, dict[str, str]]) -> Iterator[Any]:
    """Each page that this officer is shown, with its forms."""
    for address in ALL:
        if address.door != "page" or address.method != "GET":
            continue
        there = address.filled(parts_of(address, parts["open"]) if address.about_a_case else {})
        response = getattr(visitors, who).client.get(there)
        if response.status_code == 200 and "html" in response.headers["content-type"]:
            tree = html.document_fromstring(response.text, base_url=there)
            yield from ((address, there, form) for form in tree.forms)


def sent(form: Any, typed: dict[str, str]) -> dict[str, Any]:
    """All fields of the form as a browser sends them, with what was typed instead."""
    fields: dict[str, Any] = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value)
    return {**fields, **typed}


def names(form: Any) -> list[str]:
    return sorted({name for name in form.fields.keys() if name})  # noqa: SIM118 - lxml's own kind


@pytest.mark.parametrize("who", VISITORS)
def test_no_form_breaks_and_none_gives_markup_back(
    prepared: tuple[Path, dict[str, dict[str, str]]],
    furnished_engine: Engine,
    known: Council,
    tmp_path: Path,
    who: str,
) -> None:
    visitors = Visitors(furnished_engine, known, tmp_path)
    visitors.at(LATER)
    pages = [
        (address, there, form)
        for address, there, form in form_pages(visitors, who, prepared[1])
        if (form.action or there) not in LEAVE
    ]
    assert len(pages) > (30 if who == "hos" else 10)

    @settings(
        max_examples=40,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def fuzz(data: st.DataObject) -> None:
        address, there, form = data.draw(st.sampled_from(pages))
        fields = names(form)
        some = st.sets(st.sampled_from(fields), min_size=1) if fields else st.just(set[str]())
        typed = {name: data.draw(HOSTILE) for name in sorted(data.draw(some))}
        send(visitors, who, there, form, sent(form, typed), address)

    fuzz()
    for address, there, form in pages:
        send(visitors, who, there, form, dict.fromkeys(names(form), MARKUP), address)


def send(
    visitors: Visitors, who: str, there: str, form: Any, fields: dict[str, Any], address: Address
) -> None:
    client = getattr(visitors, who).client
    encoded = {
        name: value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        for name, value in fields.items()
    }
    action = form.action or there
    if (form.method or "GET").upper() == "GET":
        plain = {name: str(value).replace("\ud800", "?") for name, value in fields.items()}
        response = client.get(action, params=plain, follow_redirects=False)
    else:
        response = client.post(action, data=encoded, follow_redirects=False)
    assert response.status_code < 500, (address, fields)
    assert "<svg/onload" not in response.text, (address, fields)
    location = response.headers.get("location", "/")
    assert location.startswith("/"), (address, location)
    assert not location.startswith("//"), (address, location)
    assert "a=b" not in response.headers.get("set-cookie", "")
