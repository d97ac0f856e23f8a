"""What the server draws itself: photos of invented certificates for demo data, and captcha pictures."""

from drawing.captchas import captcha_picture
from drawing.certificates import certificate_pages

__all__ = ["captcha_picture", "certificate_pages"]
