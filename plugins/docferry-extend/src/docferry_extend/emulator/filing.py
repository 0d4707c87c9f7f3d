"""Files at the emulated service: uploaded, downloaded, told of, deleted."""

import shutil
from dataclasses import replace
from pathlib import PurePath
from urllib.parse import unquote, urlsplit

import anyio.to_thread
import httpx
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.responses import JSONResponse, Response

from docferry.emulation import Upload, Visit, base_name, is_of_this_machine
from docferry_extend.emulator.entry import Entry, enter
from docferry_extend.emulator.request import FileArgument
from docferry_extend.emulator.state import ExtendState, StoredFile
from docferry_extend.emulator.voice import LEGACY, told_time

__all__ = ["SUFFIXES", "FileDesk"]

PART_BYTES = 1024 * 1024
MAX_FIELD_BYTES = 1024 * 1024
TYPES = {
    "PDF": (".pdf", ".doc", ".docx", ".ppt", ".pptx"),
    "CSV": (".csv",),
    "IMG": (".png", ".jpg", ".jpeg", ".tiff", ".tif", ".bmp", ".gif", ".webp", ".heic", ".heif"),
    "TXT": (".txt", ".md", ".rtf", ".lis", ".eml"),
    "EXCEL": (".xls", ".xlsx", ".xltm", ".xltx", ".ods"),
    "XML": (".xml",),
    "HTML": (".html",),
}
OTHERS = (".svg", ".psd", ".wpd", ".dotx", ".odt", ".ppm", ".pcx")
SUFFIXES = frozenset({*OTHERS, *(suffix for suffixes in TYPES.values() for suffix in suffixes)})


class FileDesk:
    """Answers requests about files.

    Args:
        state: What the service knows.
    """

    def __init__(self, state: ExtendState) -> None:
        self._state = state

    async def upload(self, visit: Visit) -> Response:
        """POST /files/upload."""
        entry = enter(visit.request, self._state, bucket="write")
        try:
            async with visit.request.form(max_part_size=MAX_FIELD_BYTES) as form:
                part = form.get("file")
                password = form.get("password", "")
                if not isinstance(part, UploadFile) or not part.filename:
                    raise entry.refusal("INVALID_REQUEST", "a file is required; Path: file")
                await visit.read(file_name=base_name(part.filename))
                upload = await self._state.uploads.save_form_file(part)
        except (MultiPartException, HTTPException) as error:
            raise entry.refusal("INVALID_REQUEST", "the form cannot be read") from error
        self._state.counters.uploads[upload.sha256] += 1
        self._check(entry, upload)
        file = self.keep(entry, upload, password=password if isinstance(password, str) else "")
        return self._answer(entry, file)

    async def retrieve(self, visit: Visit) -> Response:
        """GET /files/{id}."""
        entry = enter(visit.request, self._state, bucket="get")
        await visit.read()
        return self._answer(entry, self.find(entry, str(visit.request.path_params["file_id"])))

    async def remove(self, visit: Visit) -> Response:
        """DELETE /files/{id}."""
        entry = enter(visit.request, self._state, bucket="write")
        await visit.read()
        file = self.find(entry, str(visit.request.path_params["file_id"]))
        del self._state.files[file.id]
        file.upload.discard()
        if entry.version == LEGACY:
            body = {"success": True, "fileId": file.id, "message": "File deleted"}
            return JSONResponse(body, headers=entry.headers)
        return JSONResponse({"id": file.id, "object": "file"}, headers=entry.headers)

    async def list(self, visit: Visit) -> Response:
        """GET /files."""
        entry = enter(visit.request, self._state, bucket="get")
        await visit.read()
        mine = [
            self.describe(file) for file in self._state.files.values() if file.account == entry.account.key
        ]
        if entry.version == LEGACY:
            return JSONResponse({"success": True, "files": mine}, headers=entry.headers)
        return JSONResponse({"object": "list", "data": mine, "nextPageToken": None}, headers=entry.headers)

    def keep(self, entry: Entry, upload: Upload, *, password: str) -> StoredFile:
        """Keep a file that came."""
        number = len(self._state.files) + sum(self._state.counters.submissions.values()) + 1
        file = StoredFile(
            id=f"file_{self._state.jobs.make_id(f'file {number} {upload.path.name}')[:22]}",
            account=entry.account.key,
            upload=upload,
            password=password,
            created_at=self._state.clock.now(),
        )
        self._state.files[file.id] = file
        return file

    def find(self, entry: Entry, file_id: str) -> StoredFile:
        """The file of that id.

        Raises:
            RefusalError: The account has no such file.
        """
        file = self._state.files.get(file_id)
        if file is None or file.account != entry.account.key:
            raise entry.refusal("NOT_FOUND", f"No file {file_id!r} was found.")
        return file

    async def take(self, entry: Entry, argument: FileArgument) -> StoredFile:
        """The file that a run is to parse. One that cannot be downloaded is empty.

        Raises:
            RefusalError: The account has no such file.
        """
        if argument.file_id:
            return self.find(entry, argument.file_id)
        if argument.text:
            name = argument.name or "text.txt"
            upload = await self._state.uploads.save_body(_one(argument.text.encode()), file_name=name)
        else:
            upload = await self._download(argument)
        return self.keep(entry, upload, password=argument.password)

    async def copy(self, file: StoredFile) -> Upload:
        """A copy of a file for one run, which deletes it when it has ended."""
        number = self._state.counters.requests.total()
        path = file.upload.path.with_name(f"run-{number}-{file.id}{file.upload.suffix}")
        await anyio.to_thread.run_sync(shutil.copyfile, file.upload.path, path)
        return replace(file.upload, path=path)

    def describe(self, file: StoredFile) -> dict[str, object]:
        """A file as the service writes it."""
        kinds = [kind for kind, suffixes in TYPES.items() if file.upload.suffix in suffixes]
        at = told_time(file.created_at)
        return {
            "object": "file",
            "id": file.id,
            "name": file.upload.file_name,
            "type": kinds[0] if kinds else None,
            "parentFileId": None,
            "metadata": {} if file.pages is None else {"pageCount": file.pages},
            "createdAt": at,
            "updatedAt": at,
        }

    def _answer(self, entry: Entry, file: StoredFile) -> Response:
        described = self.describe(file)
        body = {"success": True, "file": described} if entry.version == LEGACY else described
        return JSONResponse(body, headers=entry.headers)

    def _check(self, entry: Entry, upload: Upload) -> None:
        most = self._state.limits.max_size_bytes
        if most is not None and upload.size_bytes > most:
            upload.discard()
            raise entry.refusal("FILE_SIZE_TOO_LARGE")
        if self._state.quirks.bad_files_at == "upload" and upload.suffix not in SUFFIXES:
            upload.discard()
            raise entry.refusal("FILE_TYPE_NOT_SUPPORTED")

    async def _download(self, argument: FileArgument) -> Upload:
        name = argument.name or PurePath(unquote(urlsplit(argument.url).path)).name or "download"
        uploads = self._state.uploads
        if not is_of_this_machine(argument.url):
            return await uploads.save_body(_one(b""), file_name=name)
        try:
            async with self._state.http.stream("GET", argument.url) as response:
                response.raise_for_status()
                return await uploads.save_body(response.aiter_bytes(PART_BYTES), file_name=name)
        except httpx.HTTPError:
            return await uploads.save_body(_one(b""), file_name=name)


async def _one(data: bytes):  # noqa: ANN202 - an async generator of bytes
    yield data
