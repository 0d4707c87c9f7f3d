"""A made-up service for these tests, with an API and a storage host on a port of its own.

POST /jobs takes a file; POST /slots promises a job and names an address to PUT the file to, on the storage
host; GET /jobs/ID tells of a job; GET /account needs the key.
"""

import anyio.to_thread
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from docferry.emulation import (
    EmulatedService,
    RefusalError,
    ServiceState,
    SignatureState,
    base_name,
    limits_of,
)
from docferry.model import Limits

KINDS = ("submit", "slot", "upload", "poll", "account")


def make_emulator(settings):
    limits = limits_of(settings, published=Limits(concurrency=2))
    state = ServiceState(name="harbour", settings=settings, limits=limits, kinds=KINDS, refuse=refuse)
    desk = Desk(state)
    api = Starlette(
        routes=[
            Route("/jobs", state.endpoint("submit", desk.submit), methods=["POST"]),
            Route("/slots", state.endpoint("slot", desk.promise), methods=["POST"]),
            Route("/jobs/{job_id}", state.endpoint("poll", desk.poll)),
            Route("/account", state.endpoint("account", desk.account)),
        ]
    )
    storage = Starlette(
        routes=[
            Route("/put/{job_id}", state.endpoint("upload", desk.upload), methods=["PUT"]),
            state.asset_route(),
        ]
    )
    return EmulatedService(
        state=state,
        apps=(api, storage),
        environment=lambda origins: (
            ("HARBOUR_BASE_URL", origins[0]),
            ("HARBOUR_API_KEY", settings.keys_for("harbour")[0]),
        ),
    )


def refuse(code, message=""):
    return RefusalError(JSONResponse({"error": code, "words": message}, status_code=418), code=code)


class Desk:
    def __init__(self, state):
        self.state = state

    async def submit(self, visit):
        async with visit.request.form() as form:
            await visit.read(file_name=base_name(form["file"].filename))
            upload = await self.state.uploads.save_form_file(form["file"])
        job = self.state.jobs.create(
            None, account="a", file_name=upload.file_name, plan=visit.plan, group=str(form.get("group", ""))
        )
        self.start(job, upload)
        return JSONResponse({"id": job.id})

    async def promise(self, visit):
        await visit.read()
        job = self.state.jobs.create(None, account="a", file_name="slot.pdf", plan=visit.plan)
        path = self.state.signer.sign(f"/put/{job.id}", method="PUT", valid_seconds=60)
        return JSONResponse({"id": job.id, "address": self.state.origins[1] + path})

    async def upload(self, visit):
        request = visit.request
        job = await self.state.look_up(visit, request.path_params["job_id"])
        state = self.state.signer.check(request.url.path, method="PUT", query=request.query_params)
        if job is None or state is not SignatureState.VALID:
            return Response(state, status_code=403)
        self.start(job, await self.state.uploads.save_body(request.stream(), file_name=job.file_name))
        return Response()

    async def poll(self, visit):
        job = await self.state.look_up(visit, visit.request.path_params["job_id"])
        if job is None:
            raise refuse("unknown")
        answer = {"state": visit.state_word or job.state, "waits_for_file": job.is_waiting_for_file}
        if job.failure is not None:
            answer["why"] = job.failure.code or job.failure.message
        if job.result is not None:
            document = job.result.document
            answer["texts"] = [element.text for element in document.elements]
            answer["pages"] = len(document.pages)
            data = "\n".join(answer["texts"]).encode()
            asset = await anyio.to_thread.run_sync(
                lambda: self.state.assets.put(data, file_name="my text.txt", media_type="text/plain")
            )
            answer["address"] = self.state.assets.address(asset, origin=self.state.origins[1])
        return JSONResponse(answer)

    async def account(self, visit):
        await visit.read()
        if visit.request.headers.get("key") not in self.state.settings.keys_for("harbour"):
            raise refuse("who")
        return JSONResponse({"words": "welcome " * 100})

    def start(self, job, upload):
        parse = self.state.parser.parse
        self.state.jobs.start(job, upload, pages=1, work=lambda: parse(upload, has_table_pictures=False))
        self.state.submitted(job)
