"""Takes the guide's pictures from a running demonstration that nobody has walked through yet.

    DEMO=1 PORT=5001 script/server        # an INSTANCE_PATH of its own
    .venv/bin/python -m script.guide_pictures http://127.0.0.1:5001

Run it again when the wizard looks different: a picture that does not match the page is worse than none.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from commands.cast import HOLDERS, PASSWORD
from drawing import certificate_pages
from tests.browser import browser

FOLDER = Path(__file__).resolve().parent.parent / "static" / "img" / "guide"
PHONE = {"width": 360, "height": 1600}
COLOURS = 12
"""Pages have few colours: so many, kept exactly, take half of what a photograph of them would."""
FACTS = {"cert_no": "1346070", "name": HOLDERS[0].name, "title": "医师"}


def take(page: Page, name: str, start: str, height: int) -> None:
    few = seen(page, start, height).quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.convert("RGB").save(FOLDER / f"{name}.webp", lossless=True, quality=100, method=6)


def take_with_photo(page: Page, name: str, start: str, height: int) -> None:
    seen(page, start, height).save(FOLDER / f"{name}.webp", quality=40, method=6)


def seen(page: Page, start: str, height: int) -> Image.Image:
    """Return what is seen from the element `start` on, so many pixels of it."""
    top = page.locator(start).first.bounding_box()
    assert top is not None, f"{start} is not on the page"
    whole = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    first = max(int(top["y"]) - 16, 0)
    return whole.crop((0, first, whole.width, min(first + height, whole.height)))


def walk(page: Page, address: str) -> None:
    """Go the way of a matched certificate, from the home page to the end."""
    page.goto(f"{address}/portal/sign-in")
    page.locator("input[name=login]").fill(HOLDERS[0].mobile)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/portal/")
    take(page, "found", "h1", 330)
    page.get_by_role("link", name="点击审验此证书").first.click()
    page.get_by_role("heading", name="证书编号是多少？").wait_for()
    page.get_by_label("证书编号", exact=True).fill(FACTS["cert_no"])
    take(page, "number", ".zs-steps", 700)
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("heading", name="照着证书核对一遍").wait_for()
    take(page, "fields", ".zs-steps", 630)
    page.get_by_role("button", name="确认信息").click()
    page.get_by_role("heading", name="保存信息确认").wait_for()
    take(page, "read-over", "h1", 480)
    page.get_by_role("link", name="下一步").click()
    send_photos(page)


def send_photos(page: Page) -> None:
    for kind, photo in zip(("number_page", "content_page"), certificate_pages(FACTS), strict=True):
        card = page.locator(f"#{kind}-card")
        card.locator("input[type=file]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo})
        card.get_by_text("已上传", exact=True).wait_for()
        if kind == "number_page":
            take_with_photo(page, "photos", ".zs-steps", 560)
    page.get_by_role("button", name="提交审验").click()
    page.get_by_role("heading", name="审验信息提交成功").wait_for()
    take(page, "done", "article", 430)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        walk(chromium.new_page(viewport=PHONE), sys.argv[1].rstrip("/"))


if __name__ == "__main__":
    main()
