"""A bucket of S3 or of a service that is compatible with it: its requests and what its answers mean."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from tilekeep.adapters.storage.objects.failures import Refusal, store_error
from tilekeep.adapters.storage.objects.http_dates import iso_date
from tilekeep.adapters.storage.objects.object_headers import ObjectHeaders
from tilekeep.adapters.storage.objects.s3_account import S3Account, S3Place
from tilekeep.adapters.storage.objects.s3_signing import signed
from tilekeep.adapters.storage.objects.service import ListedObject, Listing, Metadata, ObjectHead, StoredObject
from tilekeep.adapters.storage.objects.xml_documents import (
    Unreadable,
    children,
    decoded,
    local_name,
    text,
    xml_root,
    xml_root_if_any,
)
from tilekeep.adapters.storage.services.exchanges import Exchanges
from tilekeep.adapters.storage.services.transfers import (
    LONG_SILENCE_SECONDS,
    SILENCE_SECONDS,
    Answer,
    Message,
    NoAnswer,
)
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError

_HEADERS = ObjectHeaders("x-amz-meta-")
_OK, _NO_CONTENT, _FORBIDDEN, _MISSING, _REPLACED = 200, 204, 403, 404, 412
_ELSEWHERE = frozenset({301, 307, 400})
_NOT_OFFERED = frozenset({405, 501})

#: What a copy onto itself would lose unless it is said again.
_KEPT_HEADERS = (
    "content-type",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
)

#: Characters that XML 1.0 cannot have, however they are written.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class S3Bucket:
    """An :class:`~tilekeep.adapters.storage.objects.service.ObjectService`.

    Args:
        account: where the bucket is and who asks.
        exchanges: sends requests.
        content_type: of new objects, None to say none.
    """

    most_removed = 1000

    def __init__(self, account: S3Account, exchanges: Exchanges, *, content_type: str | None) -> None:
        self._account = account
        self._exchanges = exchanges
        self._bucket = account.options.bucket
        self._anonymous_reads = account.options.anonymous_reads
        self._new_headers: dict[str, str] = {}
        if content_type is not None:
            self._new_headers["Content-Type"] = content_type
        if account.options.access_control_list:
            self._new_headers["x-amz-acl"] = account.options.access_control_list
        self._removes_many = True

    def get(self, key: str, deadline: Deadline = NO_DEADLINE) -> StoredObject | None:
        """See :class:`~tilekeep.adapters.storage.objects.service.ObjectService`."""
        answer = self._read("GET", key, deadline)
        return None if answer is None else _HEADERS.stored(answer)

    def head(self, key: str, deadline: Deadline = NO_DEADLINE) -> ObjectHead | None:
        """See :class:`~tilekeep.adapters.storage.objects.service.ObjectService`."""
        answer = self._read("HEAD", key, deadline)
        return None if answer is None else _HEADERS.head(answer)

    def put(self, key: str, body: bytes, metadata: Metadata, deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.adapters.storage.objects.service.ObjectService`."""
        headers = {**self._new_headers, **_HEADERS.of(metadata)}
        answer = self._ask("PUT", key, deadline, headers=headers, body=body)
        if answer.status != _OK:
            raise self._error("store", key, answer)

    def rewrite(
        self, key: str, change: Callable[[ObjectHead], Metadata], deadline: Deadline = NO_DEADLINE
    ) -> ObjectHead | None:
        """See :class:`~tilekeep.adapters.storage.objects.service.ObjectService`: a copy onto itself."""
        found = self._ask("HEAD", key, deadline)
        if found.status == _MISSING:
            return None
        if found.status != _OK:
            raise self._error("renew", key, found)
        head = _HEADERS.head(found)
        if not head.size:
            return head
        metadata = change(head)
        answer = self._ask("PUT", key, deadline, headers=self._copy_headers(key, found.headers, metadata))
        if answer.status == _REPLACED:
            return self.head(key, deadline)
        if answer.status == _MISSING and not _is_about_bucket(answer):
            return None
        if answer.status != _OK or b"<Error>" in answer.body:  # a copy that fails late has begun with a 200
            raise self._error("renew", key, answer)
        return head._replace(metadata=metadata)

    def remove(self, keys: Sequence[str], deadline: Deadline = NO_DEADLINE) -> None:
        """See :class:`~tilekeep.adapters.storage.objects.service.ObjectService`."""
        together = [key for key in keys if self._removes_many and not _NOT_IN_XML.search(key)]
        if len(together) > 1 and self._remove_together(together, deadline):
            keys = [key for key in keys if _NOT_IN_XML.search(key)]
        for key in keys:
            answer = self._ask("DELETE", key, deadline)
            if answer.status not in (_OK, _NO_CONTENT) and (answer.status != _MISSING or _is_about_bucket(answer)):
                raise self._error("remove", key, answer)

    def pages(self, prefix: str, *, flat: bool, deadline: Deadline = NO_DEADLINE) -> Iterator[Listing]:
        """See :class:`~tilekeep.adapters.storage.objects.service.ObjectService`: ListObjectsV2."""
        query = {"list-type": "2", "encoding-type": "url", "prefix": prefix, **({} if flat else {"delimiter": "/"})}
        while True:
            answer = self._ask("GET", "", deadline, query=query)
            if answer.status != _OK:
                raise self._error("list", prefix, answer)
            root = self._xml("list", prefix, answer)
            yield _listing(root)
            token = text(root, "NextContinuationToken")
            if text(root, "IsTruncated") != "true" or not token:
                return
            query["continuation-token"] = token

    def locate(self, key: str) -> str:
        """See :class:`~tilekeep.adapters.storage.objects.service.ObjectService`: as the tools of AWS write it."""
        endpoint = self._account.options.endpoint_url
        return f"s3://{self._bucket}/{key}" + (f" at {_without_user(endpoint)}" if endpoint else "")

    def _read(self, method: str, key: str, deadline: Deadline) -> Answer | None:
        """Whoever may not list a bucket is told of a missing object that it is forbidden."""
        answer = self._ask(method, key, deadline, anonymous=self._anonymous_reads)
        if answer.status == _OK:
            return answer
        if answer.status == _MISSING and not _is_about_bucket(answer):
            return None
        if answer.status == _FORBIDDEN and self._anonymous_reads:
            return None
        raise self._error("read", key, answer)

    def _ask(
        self,
        method: str,
        key: str,
        deadline: Deadline,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        query: Mapping[str, str] | None = None,
        anonymous: bool = False,
    ) -> Answer:
        """The answer of the service, of any status, asked in the region in which the bucket turns out to be."""

        def message(place: S3Place) -> Message:
            target = place.path + quote(key, safe="/~")
            if query is not None:
                target = f"{target or '/'}?{urlencode(query, quote_via=quote)}"
            silence = LONG_SILENCE_SECONDS if method == "POST" else SILENCE_SECONDS
            plain = Message(method, target, headers or {}, body, silence)
            return signed(plain, place, None if anonymous else self._account.credentials())

        try:
            place = self._account.place()
            answer = self._exchanges.ask(place.address, partial(message, place), deadline)
            if answer.status in _ELSEWHERE and (region := _region(answer)) and self._account.move(region):
                place = self._account.place()
                answer = self._exchanges.ask(place.address, partial(message, place), deadline)
        except NoAnswer as failure:
            raise store_error(_DOING[method], self._what(key), str(failure)) from failure
        return answer

    def _remove_together(self, keys: Sequence[str], deadline: Deadline) -> bool:
        """Removes objects in one request; False if the service has no such request."""
        entries = "".join(f"<Object><Key>{escape(key, _IN_XML)}</Key></Object>" for key in keys)
        body = f'<?xml version="1.0" encoding="UTF-8"?><Delete><Quiet>true</Quiet>{entries}</Delete>'.encode()
        digest = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        headers = {"Content-MD5": digest, "Content-Type": "application/xml"}
        answer = self._ask("POST", "", deadline, headers=headers, body=body, query={"delete": ""})
        if answer.status in _NOT_OFFERED:
            self._removes_many = False
            return False
        if answer.status != _OK:
            raise self._error("remove", keys[0], answer)
        for failed in children(self._xml("remove", keys[0], answer), "Error"):
            refusal = Refusal(answer.status, text(failed, "Code"), text(failed, "Message"))
            if refusal.code != "NoSuchKey":
                raise store_error("remove", self._what(text(failed, "Key")), refusal.reason())
        return True

    def _copy_headers(self, key: str, found: Mapping[str, str], metadata: Metadata) -> dict[str, str]:
        headers = {name: found[name] for name in _KEPT_HEADERS if name in found}
        if "x-amz-acl" in self._new_headers:
            headers["x-amz-acl"] = self._new_headers["x-amz-acl"]
        headers["x-amz-copy-source"] = quote(f"/{self._bucket}/{key}", safe="/~")
        headers["x-amz-metadata-directive"] = "REPLACE"
        if "etag" in found:
            headers["x-amz-copy-source-if-match"] = found["etag"]
        return headers | _HEADERS.of(metadata)

    def _xml(self, doing: str, key: str, answer: Answer) -> Any:
        try:
            return xml_root(answer.body)
        except Unreadable as error:
            raise store_error(doing, self._what(key), str(error)) from error

    def _error(self, doing: str, key: str, answer: Answer) -> StoreError:
        return store_error(doing, self._what(key), _refusal(answer).reason())

    def _what(self, key: str) -> str:
        return f"{key!r} in the bucket {self._bucket!r}" if key else f"the bucket {self._bucket!r}"


_DOING = {"GET": "read", "HEAD": "read", "PUT": "store", "POST": "remove tiles in", "DELETE": "remove"}
_IN_XML = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}


def _listing(root: Any) -> Listing:
    encoded = text(root, "EncodingType") == "url"
    objects = [
        ListedObject(
            decoded(text(entry, "Key"), encoded=encoded),
            int(text(entry, "Size") or 0),
            iso_date(text(entry, "LastModified")),
            None,
        )
        for entry in children(root, "Contents")
    ]
    folders = [decoded(text(entry, "Prefix"), encoded=encoded) for entry in children(root, "CommonPrefixes")]
    return Listing(objects, folders)


def _refusal(answer: Answer) -> Refusal:
    """What an answer says of a failure; those to HEAD, and those of proxies, have no document."""
    root = xml_root_if_any(answer.body)
    if root is None or local_name(root) != "Error":
        return Refusal(answer.status)
    return Refusal(answer.status, text(root, "Code"), text(root, "Message"))


def _is_about_bucket(answer: Answer) -> bool:
    return b"NoSuchBucket" in answer.body


def _region(answer: Answer) -> str | None:
    """The region that the answer says the bucket is in."""
    named = answer.headers.get("x-amz-bucket-region")
    if named is None and (root := xml_root_if_any(answer.body)) is not None:
        named = text(root, "Region")
    return named or None


def _without_user(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//", url)
