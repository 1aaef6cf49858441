"""One document, cleaned or not within its limits: content never raises, and says in a sentence why it could not be cleaned."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cleaner.options import Options


def attempt(source: str | bytes, options: Options, url: str | None = None, metadata: bool = False) -> tuple[Any, str]:
    """Return (the cleaned document, ""), or (None, what went wrong); never raises on content."""
    from cleaner import api

    if len(source) > options.largest:
        return None, too_large(options)
    try:
        with _Alarm(options.timeout):
            done = api.explain(
                source,
                format=options.format if options.format in api.FORMATS else "auto",
                url=url,
                keep=options.keep,
                rules=options.rules,
                skip=options.skip,
                engine=options.engine,
                site=site(options, url),
                metadata=metadata,
            )
            return (None, f"{done.problem}: cut it up") if done.problem else (done, "")
    except TimeoutError:
        return None, f"not done after {options.timeout:g} seconds"
    except ModuleNotFoundError as error:
        return None, f"the package {error.name} is missing: pip install news-cleaner"
    except (RecursionError, MemoryError) as error:
        return None, f"too large or too deeply nested to clean ({type(error).__name__})"
    except Exception as error:
        return None, f"can't be cleaned ({type(error).__name__}: {error})"


def too_large(options: Options) -> str:
    """Return what is wrong with a document above the limit."""
    return f"larger than {options.largest / 1e6:g} MB: cut it up, or raise --max-size"


def site(options: Options, url: str | None) -> Any:
    """Return what the site memory of the run knows of an address's host; None without one."""
    if not options.site:
        return None
    from cleaner.site.memory import of

    return of(options.site, url, options.host)


class _Alarm:
    """Raises TimeoutError in its block after some seconds; in a process's main thread, where alone a signal can be waited for."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        if seconds:
            import threading

            self.seconds = seconds if threading.current_thread() is threading.main_thread() else None

    def __enter__(self) -> None:
        if self.seconds:
            import signal

            signal.signal(signal.SIGALRM, _time_is_up)
            signal.setitimer(signal.ITIMER_REAL, self.seconds)

    def __exit__(self, *exc: object) -> None:
        if self.seconds:
            import signal

            signal.setitimer(signal.ITIMER_REAL, 0)


def _time_is_up(signum: int, frame: object) -> None:
    raise TimeoutError
