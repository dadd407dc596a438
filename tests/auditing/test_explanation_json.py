"""The document of an explanation: its schema, and that it holds what is told."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
from hypothesis import given, settings

import pdalloc as pa
from pdalloc import Allocation, explain
from pdalloc.auditing.explanation_json import ExplanationDocument, reasons
from pdalloc.problem.json import decode
from tests.auditing.allocations import crowded_days


@settings(max_examples=20)
@given(allocation=crowded_days())
def test_the_document_follows_its_schema_and_holds_what_is_told(allocation: Allocation) -> None:
    schema = json.loads((Path(pa.__file__).parent / "schemas" / "explanation-2.json").read_text(encoding="utf-8"))
    for participant in allocation.problem.participants:
        explanation = explain(allocation, participant)
        document = json.loads(explanation.to_json())
        jsonschema.validate(document, schema)
        assert document["problem_hash"] == allocation.problem.content_hash
        assert document["text"] == str(explanation)
        assert [(r["session"], r["kind"], r["text"]) for r in document["reasons"]] == [
            (r.session, r.kind, r.text) for r in explanation.reasons
        ]
        assert decode(explanation.to_json(), ExplanationDocument).reasons == reasons(explanation)
