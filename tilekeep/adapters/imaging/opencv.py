"""OpenCV in one thread: more would not survive the fork of a server, and requests are spread over processors."""

from __future__ import annotations

import cv2

__all__ = ["cv2"]

cv2.setNumThreads(1)
