"""Write the JSON schemas that are shipped in pdalloc/schemas; run after a change of a document."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import msgspec

import pdalloc
from pdalloc.allocation_json import AllocationDocument
from pdalloc.auditing.audit_json import AuditDocument
from pdalloc.auditing.certificate_json import CertificateDocument
from pdalloc.auditing.conflict_json import ConflictDocument
from pdalloc.auditing.explanation_json import ExplanationDocument
from pdalloc.auditing.record_json import RecordDocument
from pdalloc.auditing.repair_json import RepairDocument
from pdalloc.auditing.whatif_json import WhatIfDocument
from pdalloc.lottery.documents import CommitmentDocument, CommonDocument, OpeningDocument, TranscriptDocument
from pdalloc.problem.json import Document, ProblemDocument
from pdalloc.result_json import ResultDocument
from pdalloc.study.document import StudyDocument

DOCUMENTS: dict[str, type[Document]] = {
    "problem-3.json": ProblemDocument,
    "allocation-1.json": AllocationDocument,
    "result-1.json": ResultDocument,
    "audit-1.json": AuditDocument,
    "certificate-2.json": CertificateDocument,
    "explanation-2.json": ExplanationDocument,
    "record-2.json": RecordDocument,
    "repair-1.json": RepairDocument,
    "conflict-1.json": ConflictDocument,
    "lottery-common-1.json": CommonDocument,
    "lottery-opening-1.json": OpeningDocument,
    "lottery-commitment-1.json": CommitmentDocument,
    "lottery-transcript-1.json": TranscriptDocument,
    "study-1.json": StudyDocument,
    "what-if-1.json": WhatIfDocument,
}


def schema_text(document: type[Document]) -> str:
    """Return the JSON schema of a document (draft 2020-12)."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_dedented(msgspec.json.schema(document))}
    return msgspec.json.format(msgspec.json.encode(schema), indent=1).decode() + "\n"


def _dedented(part: Any) -> Any:
    """Return a part of a schema with its descriptions as every version of Python has them: newer ones dedent them."""
    if isinstance(part, dict):
        return {
            key: inspect.cleandoc(value) if key == "description" and isinstance(value, str) else _dedented(value)
            for key, value in part.items()
        }
    return [_dedented(item) for item in part] if isinstance(part, list) else part


if __name__ == "__main__":
    folder = Path(pdalloc.__file__).parent / "schemas"
    for name, document in DOCUMENTS.items():
        (folder / name).write_text(schema_text(document), encoding="utf-8")
