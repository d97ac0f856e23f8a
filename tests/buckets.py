"""An object storage for the tests: moto's real server on loopback."""

from __future__ import annotations

from storage import S3Storage


def bucket_at(endpoint_url: str, name: str = "photos") -> S3Storage:
    return S3Storage(bucket=name, endpoint_url=endpoint_url, region="us-east-1", key="test-key", secret="test-secret")
