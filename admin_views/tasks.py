"""后台任务: what one asked for in the background, how far it is, and the file while it is kept."""

from __future__ import annotations

from io import BytesIO

from flask import abort, jsonify, send_file
from flask_admin import expose
from werkzeug.wrappers import Response

import jobs
from admin_views.screen import BackOfficeScreen
from domain.access import Permission
from listing.sheets import TYPES
from models import BackgroundJob
from operations import background, exports
from web.access import current_actor
from web.filters import local


class TaskScreen(BackOfficeScreen):
    slug, label, icon = "tasks", "后台任务", "clock"
    permission = Permission.CERTIFICATES_READ

    @expose("/")
    def index_view(self) -> str:
        mine = [(job, jobs.progress.of(job), exports.is_kept(job)) for job in exports.own(current_actor())]
        return self.render("admin/tasks.html", tasks=mine)

    @expose("/<int:job_id>/progress")
    def progress(self, job_id: int) -> Response:
        return jsonify(jobs.progress.of(self.own(job_id)).as_json)

    @expose("/<int:job_id>/file")
    def file(self, job_id: int) -> Response:
        job = self.own(job_id)
        if not exports.is_kept(job):
            abort(404)
        content, form = jobs.exports.file_of(job)
        name = f"{job.sentence.partition('，')[0]}-{local(job.created_at, '%Y%m%d-%H%M')}.{form}"
        return send_file(BytesIO(content), TYPES[form], as_attachment=True, download_name=name)

    def own(self, job_id: int) -> BackgroundJob:
        job = background.own(current_actor(), job_id)
        if job.kind not in exports.WITH_FILES:
            abort(404)
        return job
