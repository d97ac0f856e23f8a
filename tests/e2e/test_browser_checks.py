"""The checks that every page goes through: each must be able to fail."""

from __future__ import annotations

import pytest

from tests.browser import PageWatch, assert_accessible, assert_fits

pytestmark = pytest.mark.e2e
HTML = "text/html; charset=utf-8"
HOME = "http://127.0.0.1/"
GOOD = '<!doctype html><html lang="zh-CN"><title>证书查询</title><main><h1>证书查询</h1>{}</main></html>'
STRICT = {"Content-Security-Policy": "default-src 'self'"}


@pytest.fixture
def visit(chromium):
    """Open a page made of this markup under the strict policy; all that it asks for beside itself is not found."""
    context = chromium.new_context()
    page = context.new_page()

    def open_page(markup, status=200):
        page.route("**", lambda route: route.fulfill(status=404))
        page.route(HOME, lambda route: route.fulfill(status=status, body=markup, headers=STRICT, content_type=HTML))
        watch = PageWatch(page, HOME)
        page.goto(HOME, wait_until="networkidle")
        return page, watch

    yield open_page
    context.close()


def test_a_good_page_passes_every_check(visit):
    page, watch = visit(GOOD.format("<p>请输入证书编号。</p>"))

    assert_accessible(page)
    assert_fits(page)
    watch.assert_quiet()


def test_a_refusal_page_is_no_complaint(visit):
    _, watch = visit(GOOD.format("<p>没有这一页。</p>"), status=404)

    watch.assert_quiet()


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        pytest.param("<script>1</script>", "Content Security Policy", id="inline script"),
        pytest.param('<img alt="" src="/gone.png">', "404 for http://127.0.0.1/gone.png", id="missing part"),
        pytest.param('<link rel="stylesheet" href="http://127.0.0.2/x.css">', "127.0.0.2", id="another host"),
    ],
)
def test_a_page_that_misbehaves_is_named(visit, markup, complaint):
    _, watch = visit(GOOD.format(markup))

    with pytest.raises(AssertionError, match=complaint):
        watch.assert_quiet()


def test_an_input_without_label_is_found(visit):
    page, _ = visit(GOOD.format("<input>"))

    with pytest.raises(AssertionError, match="Ensure every form element has a label"):
        assert_accessible(page)


def test_what_sticks_out_on_a_narrow_screen_is_named(visit):
    page, _ = visit(GOOD.format(f"<p>{'450702198503120014' * 6}</p>"))

    with pytest.raises(AssertionError, match=r"320 px: .*p\. 4507"):
        assert_fits(page)
