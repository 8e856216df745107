"""Static files by names that say what is in them, in what our modules import as well."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Each file under a name with the hash of its content, compressed beforehand.

    Modules may not import each other in a circle: neither could be named before the other.
    """

    # Of ours alone: what others have packed up mentions files that it does not bring along.
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        (
            "strategy_app/*.js",
            (
                (
                    r"""(?P<matched>import(?P<names>[^'";]+)from\s+"(?P<url>[./].*?)";)""",
                    """import%(names)sfrom "%(url)s";""",
                ),
                (r"""(?P<matched>import\s*"(?P<url>[./].*?)";)""", """import "%(url)s";"""),
            ),
        ),
    )
