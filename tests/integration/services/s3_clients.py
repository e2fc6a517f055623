"""Clients of S3 for tests that look at buckets from behind."""

from __future__ import annotations

from typing import Any

import boto3

from tests.integration.services.process import Server
from tests.integration.services.swift import ACCESS_KEY, REGION, SECRET_KEY

#: What a program needs to be let in; moto lets anybody in.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": ACCESS_KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def s3_client(server: Server) -> Any:
    """A client of the service."""
    return boto3.client(
        "s3",
        endpoint_url=server.url,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        region_name=REGION,
    )
