"""Patterns of policy documents: which texts they fit, and whether two have one in common."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.iam.patterns import has_wildcard, is_any, matches, overlap

LETTERS = "a/:"
TEXTS = ["".join(found) for length in range(5) for found in product(LETTERS, repeat=length)]
TEXTS_BY_HAND = (
    ("arn:aws:s3:::x-data-test/*", "arn:aws:s3:::x-data-test/*", True),
    ("arn:aws:s3:::x-data-*", "arn:aws:s3:::x-%-test", True),
    ("arn:aws:s3:::x-data-preprod/*", "arn:aws:s3:::x-%-test", False),
    ("arn:aws:s3:::x-data-preprod*", "arn:aws:s3:::x-%-test/*", True),
    ("*", "arn:aws:iam::1:role/x", True),
    ("arn:*:iam::*:role/?", "arn:aws:iam::1:role/x", True),
    ("arn:aws:iam::1:role/X", "arn:aws:iam::1:role/x", False),
    ("dbuser:*/preprod_app", "dbuser:%/test_%", False),
    ("dbuser:*/*_app", "dbuser:%/test_%", True),
    ("x-${aws:PrincipalTag/stage}", "x-test", True),
    ("", "", True),
    ("", "%", True),
    ("a", "", False),
    ("", "a", False),
)


def within(pattern: str, text: str) -> bool:
    signs = {"*": ".*", "?": ".", "%": "[^/:]*"}
    return bool(re.fullmatch("".join(signs.get(s) or re.escape(s) for s in pattern), text))


@given(st.text(alphabet="a/:*?", max_size=4), st.text(alphabet="a/:*?%", max_size=4))
def test_two_patterns_overlap_if_a_text_is_within_both(one: str, other: str) -> None:
    common = [text for text in TEXTS if within(one, text) and within(other, text)]
    if common:
        assert overlap(one, other)
    elif len(one.replace("*", "")) + len(other.replace("*", "")) < 4:  # a witness would be short
        assert not overlap(one, other)


@pytest.mark.parametrize(("one", "other", "expected"), TEXTS_BY_HAND)
def test_arns_overlap_as_aws_would_match_them(one: str, other: str, expected: bool) -> None:
    assert overlap(one, other) is expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("s3:get*", "s3:getobject", True),
        ("s3:get*", "s3:putobject", False),
        ("s?:*", "s3:getobject", True),
        ("s3:get", "s3:getobject", False),
        ("ec2:describe*", "ec2:describevpc*", True),
        ("a.c", "abc", False),
        ("x-${aws:username}", "x-anna", True),
    ],
)
def test_a_text_is_within_a_pattern(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


@pytest.mark.parametrize(
    ("pattern", "wild", "anything"),
    [
        ("*", True, True),
        ("?*", True, True),
        ("${aws:username}", True, True),
        ("a*", True, False),
        ("a?", True, False),
        ("a-${aws:username}", True, False),
        ("a", False, False),
    ],
)
def test_wildcards_are_seen(pattern: str, wild: bool, anything: bool) -> None:
    assert (has_wildcard(pattern), is_any(pattern)) == (wild, anything)
