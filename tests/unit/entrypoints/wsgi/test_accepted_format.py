"""Which format of a tile a client gets by ``Accept`` (RFC 9110, 12.5.1)."""

from __future__ import annotations

import pytest

from tilekeep.entrypoints.wsgi.accepted_format import accepted_format

OTHERS = ("image/avif", "image/webp")


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        pytest.param("", "image/png", id="says nothing"),
        pytest.param("*/*", "image/png", id="takes all, and may not know all"),
        pytest.param("image/*", "image/png", id="any image"),
        pytest.param("image/avif,image/webp,image/apng,image/*,*/*;q=0.8", "image/avif", id="browser of today"),
        pytest.param("image/webp,image/apng,image/*,*/*;q=0.8", "image/webp", id="browser of some years ago"),
        pytest.param("image/webp", "image/webp", id="one"),
        pytest.param("IMAGE/WEBP", "image/webp", id="in capitals"),
        pytest.param("image/webp;q=0.9,image/avif;q=0.5", "image/webp", id="by liking"),
        pytest.param("image/png,image/webp;q=0.5", "image/png", id="likes the format of the address better"),
        pytest.param("image/webp;q=0.5,*/*", "image/png", id="likes all others better"),
        pytest.param("image/webp;q=0,image/avif;q=0", "image/png", id="refused"),
        pytest.param("text/html", "image/png", id="no image, but the address says what it is"),
        pytest.param("image/jpeg", "image/png", id="not offered"),
        pytest.param("image/webp," * 200, "image/png", id="no header of a client"),
        pytest.param(";;,=\x00q", "image/png", id="nonsense"),
    ],
)
def test_others_are_for_clients_that_name_them(accept: str, media_type: str) -> None:
    assert accepted_format("image/png", OTHERS, accept) == media_type
