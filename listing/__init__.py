"""What stands in a list: which rows are asked for, in which order, and how they are reached however many there are."""

from listing.cases import CASES
from listing.certificates import CERTIFICATES
from listing.events import EVENTS

LISTINGS = {listing.name: listing for listing in (CASES, CERTIFICATES, EVENTS)}

__all__ = ["CASES", "CERTIFICATES", "EVENTS", "LISTINGS"]
