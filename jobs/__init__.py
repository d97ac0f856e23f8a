"""What runs in the background, and how far it is (docs/adr/0009-the-database-is-the-queue.md).

To add a job: name its kind in domain/background.py; write the function that does it in a module of this package, under
`@work_of(KIND)`, and import that module below; ask for it in the transaction that wants it and wake the worker after:

    with writing():
        job_id = background.ask_for(actor, kinds.EXPORT, {"filters": …}).id
    jobs.wake(job_id)

The function gets a `Run`. It calls `run.advance(done, total)` as it goes, changes what it changes inside
`with run.writing():`, and may end with `run.finish(sentence, result_key)` inside the last such block. It must be able to
begin again from the start: whoever is killed in the middle is taken over. A page shows `progress.of(job)`.

Work belongs here when nobody can say beforehand that it is done within a second: it grows with a file or with a table, or
waits for another machine. What a page's fifty rows or a confirm page's thousand need is done in the request.
"""

from jobs import batches, exports, imports, mail, progress
from jobs.running import Run, TryLater, wait, wake, work_of

__all__ = ["Run", "TryLater", "batches", "exports", "imports", "mail", "progress", "wait", "wake", "work_of"]
