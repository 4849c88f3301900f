"""The files of the programmes about cadres, meetings and papers, read together."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Self

from djflow.settings.approvals_file import ApprovalsFile
from djflow.settings.circulars_file import CircularsFile, circulars_problems
from djflow.settings.dispatch_file import DispatchFile, dispatch_problems
from djflow.settings.documents_file import DocumentsFile, documents_problems
from djflow.settings.meetings_file import MeetingsFile, meetings_problems
from djflow.settings.problems import Problem
from djflow.settings.reading import Reading, read_model


@dataclass(frozen=True, slots=True)
class ProgrammeSettings:
    """What the four files say."""

    dispatch: DispatchFile
    documents: DocumentsFile
    meetings: MeetingsFile
    circulars: CircularsFile


@dataclass(frozen=True, slots=True)
class ProgrammeFiles:
    """The files as they were read."""

    dispatch: Reading[DispatchFile]
    documents: Reading[DocumentsFile]
    meetings: Reading[MeetingsFile]
    circulars: Reading[CircularsFile]

    @classmethod
    def read(cls, folder: FilePath) -> Self:
        """Read the four files in a configuration folder."""
        return cls(
            read_model(folder, "dispatch.toml", DispatchFile),
            read_model(folder, "documents.toml", DocumentsFile),
            read_model(folder, "meetings.toml", MeetingsFile),
            read_model(folder, "circulars.toml", CircularsFile),
        )

    @property
    def values(self) -> ProgrammeSettings | None:
        """What the files say, None when one could not be read."""
        dispatch, documents, meetings, circulars = (
            self.dispatch.value, self.documents.value, self.meetings.value, self.circulars.value,
        )  # fmt: skip
        if not (dispatch and documents and meetings and circulars):
            return None
        return ProgrammeSettings(dispatch, documents, meetings, circulars)

    def problems(self, approvals: ApprovalsFile | None) -> Iterator[Problem]:
        """Yield the findings about the four; `approvals` says which chains there are."""
        for one in (self.dispatch, self.documents, self.meetings, self.circulars):
            yield from one.problems
        if self.dispatch.file and self.dispatch.value:
            yield from dispatch_problems(self.dispatch.file, self.dispatch.value, approvals)
        if self.documents.file and self.documents.value:
            yield from documents_problems(self.documents.file, self.documents.value, approvals)
        if self.meetings.file and self.meetings.value:
            yield from meetings_problems(self.meetings.file, self.meetings.value)
        if self.circulars.file and self.circulars.value:
            yield from circulars_problems(self.circulars.file, self.circulars.value, self.documents.value)
