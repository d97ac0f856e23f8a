"""Any bytes in, one safe JPEG out, or a sentence."""

import hashlib
import re
import warnings
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

import photos
from domain.errors import PhotoRefused
from photos import looks_identical, looks_same, make_safe, sharpness

SAMPLES = Path(__file__).parent.parent / "samples" / "photos"
GOOD = ["number-page.jpg", "number-page-again.jpg", "content-page.jpg", "palette.png", "cmyk.jpg", "polyglot.jpg"]


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def page() -> Image.Image:
    return Image.open(SAMPLES / "number-page.jpg").convert("RGB")


def encoded(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def stored(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(make_safe(data).data))
    picture.load()
    return picture


def noise(size: tuple[int, int], seed: int = 7) -> Image.Image:
    return Image.frombytes("RGB", size, Random(seed).randbytes(size[0] * size[1] * 3))  # noqa: S311  the same noise each time


def phone_photo() -> bytes:
    """Twelve megapixels, several megabytes, turned by EXIF, with a place in it."""
    sharp = page().resize((4000, 3000), Image.Resampling.BICUBIC)
    upright = Image.blend(sharp, noise((4000, 3000)), 0.1)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Phone"
    exif[0x8825] = {1: "N", 2: (21.0, 57.0, 12.0), 3: "E", 4: (108.0, 37.0, 30.0)}
    return encoded(upright.transpose(Image.Transpose.ROTATE_90), exif=exif, quality=95)


@pytest.mark.parametrize("name", GOOD)
def test_a_readable_photo_is_taken(name):
    photo = make_safe(sample(name))

    picture = Image.open(BytesIO(photo.data))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (photo.width, photo.height))
    assert len(photo.data) <= 500 * 1024
    assert photo.media_type == "image/jpeg"
    assert photo.sha256 == hashlib.sha256(photo.data).hexdigest()
    assert 0 <= photo.fingerprint < 2**63


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("too-small.jpg", "照片只有 320×240，字看不清，请靠近一点重拍"),
        ("blurred.jpg", "照片太糊，字看不清，请对好焦重拍一张"),
        ("cut-off.jpg", "这张照片打不开，请重新拍一张"),
        ("really-a-gif.jpg", "只收 JPG 和 PNG。iPhone 请在“设置—相机—格式”选“兼容性最佳”"),
        ("bomb.png", "照片像素太高，请用手机相机普通模式重拍"),
    ],
)
def test_each_bad_photo_gets_its_sentence(name, words):
    with pytest.raises(PhotoRefused) as refusal:
        make_safe(sample(name))

    assert refusal.value.sentence == words


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"", photos.UNREADABLE, id="nothing"),
        pytest.param(b"\x00\x00\x00\x18ftypheic" + bytes(2000), photos.WRONG_TYPE, id="an iPhone's own format"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", photos.WRONG_TYPE, id="a drawing that can run"),
        pytest.param(b"\xff\xd8\xff", photos.UNREADABLE, id="only the start of a JPEG"),
        pytest.param(b"\x89PNG\r\n\x1a\n", photos.UNREADABLE, id="only the start of a PNG"),
        pytest.param(b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), photos.TOO_LARGE, id="over ten megabytes"),
        pytest.param(encoded(Image.new("L", (20_000, 20_000)), "PNG"), photos.TOO_MANY_PIXELS, id="a greater bomb"),
        pytest.param(encoded(noise((640, 480))), photos.TOO_SMALL.format(width=640, height=480), id="640 × 480"),
        pytest.param(encoded(noise((4000, 601))), photos.TOO_NARROW, id="a strip"),
        pytest.param(encoded(Image.new("RGB", (1600, 1200), "white")), photos.BLURRED, id="a white page"),
    ],
)
def test_what_can_be_no_photo_of_a_page_is_refused(data, words):
    with pytest.raises(PhotoRefused) as refusal:
        make_safe(data)

    assert refusal.value.sentence == words


def test_a_phone_photo_becomes_small_upright_and_silent():
    upload = phone_photo()
    assert len(upload) > 3_000_000

    photo = make_safe(upload)

    assert (photo.width, photo.height) == (2000, 1500)
    assert len(photo.data) <= 500 * 1024
    assert looks_same(photo.fingerprint, make_safe(sample("number-page.jpg")).fingerprint)
    assert b"Phone" not in photo.data
    assert not Image.open(BytesIO(photo.data)).getexif()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_of_holding_a_phone_ends_upright(orientation):
    undo = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    undo |= {turn: photos._TURNS[turn] for turn in (2, 3, 4, 5, 7)}  # these undo themselves
    held = page() if orientation == 1 else page().transpose(undo[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation

    turned = make_safe(encoded(held, exif=exif))

    assert (turned.width, turned.height) == (1600, 1200)
    assert looks_same(turned.fingerprint, make_safe(sample("number-page.jpg")).fingerprint)


def test_nothing_but_the_pixels_is_stored():
    exif = Image.Exif()
    exif[0x010E] = "canary-exif"
    upload = encoded(page(), exif=exif, comment="canary-comment", icc_profile=b"canary-profile", xmp=b"canary-xmp")
    assert upload.count(b"canary") == 4

    photo = make_safe(upload + b"<script>canary</script>")

    assert b"canary" not in photo.data
    assert photo.data.count(b"\xff\xd9") == 1
    assert not re.search(rb"\xff[\xe1-\xef\xfe]", photo.data[: photo.data.index(b"\xff\xda")])


def test_html_behind_the_end_of_a_photo_is_gone():
    upload = sample("polyglot.jpg")
    assert b"<script" in upload.lower()

    photo = make_safe(upload)

    assert b"<script" not in photo.data.lower()
    assert photo.data.endswith(b"\xff\xd9")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_every_kind_of_png_comes_out_in_its_own_shades(mode):
    picture = stored(encoded(page().convert(mode), "PNG"))

    shrunk = [image.convert("L").resize((16, 12), Image.Resampling.BOX).tobytes() for image in (page(), picture)]
    assert max(abs(before - after) for before, after in zip(*shrunk, strict=True)) < 12


def test_sixteen_bits_of_grey_keep_their_shades():
    deep = Image.frombytes("I;16", (1600, 1200), b"".join(bytes([0, value]) for value in page().convert("L").tobytes()))

    picture = stored(encoded(deep, "PNG"))

    assert abs(picture.convert("L").resize((1, 1), Image.Resampling.BOX).tobytes()[0] - average_of(page())) <= 2


def average_of(picture: Image.Image) -> int:
    return picture.convert("L").resize((1, 1), Image.Resampling.BOX).tobytes()[0]


def test_what_shines_through_a_png_is_white():
    clear = page().convert("RGBA")
    clear.paste((0, 0, 0, 0), (0, 0, 400, 400))

    picture = stored(encoded(clear, "PNG"))

    assert min(picture.getpixel((100, 100))) > 245


def test_a_phone_jpeg_with_a_second_picture_inside_is_taken():
    photo = make_safe(encoded(page(), "MPO", save_all=True, append_images=[page().resize((320, 240))]))

    assert (photo.width, photo.height) == (1600, 1200)


def test_an_unreadable_camera_note_does_not_cost_a_good_photo():
    broken = encoded(page(), exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff" + b"\x01" * 40)

    photo = make_safe(broken)

    assert (photo.width, photo.height) == (1600, 1200)


def test_the_most_stubborn_picture_still_comes_within_the_budget():
    photo = make_safe(encoded(noise((2000, 2000)), quality=90))

    assert len(photo.data) <= 500 * 1024
    assert min(photo.width, photo.height) >= 800


def test_a_budget_of_a_megabyte_keeps_more_of_the_picture():
    upload = encoded(noise((2000, 2000)), quality=90)

    usual, generous = make_safe(upload), make_safe(upload, budget=1024 * 1024)

    assert len(usual.data) <= 500 * 1024 < len(generous.data) <= 1024 * 1024
    assert usual.width < generous.width


def test_a_photo_within_the_limits_keeps_its_size():
    photo = make_safe(sample("number-page-again.jpg"))

    assert (photo.width, photo.height) == (1594, 1196)


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_that_was_cut_off_is_refused(kind, kept):
    whole = encoded(page(), kind)

    with pytest.raises(PhotoRefused, match="打不开"):
        make_safe(whole[: int(len(whole) * kept)])


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.99])
def test_a_proper_ending_behind_missing_data_does_not_hide_the_gap(kept):
    whole = encoded(page())

    with pytest.raises(PhotoRefused, match="打不开"):
        make_safe(whole[: int(len(whole) * kept)] + b"\xff\xd9")


def test_a_jpeg_of_endless_scans_is_refused_before_it_is_decoded(monkeypatch):
    whole = encoded(page(), progressive=True)
    last_scan = whole[whole.rindex(b"\xff\xda") : -2]
    monkeypatch.setattr(photos, "_decoded", lambda *_: pytest.fail("decoded"))

    with pytest.raises(PhotoRefused, match="打不开"):
        make_safe(whole[:-2] + last_scan * 100 + b"\xff\xd9")


def test_an_ordinary_progressive_photo_is_taken():
    assert make_safe(encoded(page(), progressive=True)).width == 1600


def test_sharp_and_blurred_photos_stand_far_apart():
    least_good = min(sharpness(stored(sample(name))) for name in GOOD)
    dark = sharpness(page().point(lambda value: value // 4))
    saved_badly = sharpness(Image.open(BytesIO(encoded(Image.open(SAMPLES / "blurred.jpg"), quality=20))))

    assert least_good > 20 * photos.LEAST_SHARPNESS
    assert dark > 5 * photos.LEAST_SHARPNESS
    assert saved_badly < photos.LEAST_SHARPNESS


def test_a_photo_a_little_out_of_focus_is_left_to_the_reviewer():
    soft = page().filter(ImageFilter.GaussianBlur(4))

    assert make_safe(encoded(soft)).width == 1600


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(sample("number-page-again.jpg"), id="saved anew"),
        pytest.param(encoded(page().resize((1000, 750))), id="smaller"),
        pytest.param(encoded(page().rotate(1, fillcolor=(80, 65, 50))), id="turned a little"),
        pytest.param(encoded(page().convert("L")), id="in grey"),
        pytest.param(encoded(page(), quality=20), id="saved badly"),
    ],
)
def test_the_same_photo_is_recognised(again):
    assert looks_same(make_safe(sample("number-page.jpg")).fingerprint, make_safe(again).fingerprint)


def test_the_two_pages_of_a_certificate_do_not_look_the_same():
    number, content = make_safe(sample("number-page.jpg")), make_safe(sample("content-page.jpg"))

    assert not looks_same(number.fingerprint, content.fingerprint)


def seen(picture: Image.Image, quality: int = 90) -> Image.Image:
    return photos.sight(make_safe(encoded(picture, quality=quality)).data)


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(lambda one: (one, 30), id="saved badly"),
        pytest.param(lambda one: (one.resize((1000, 750)), 80), id="smaller"),
        pytest.param(lambda one: (ImageEnhance.Brightness(one).enhance(0.85), 85), id="darker"),
    ],
)
def test_a_copy_differs_nowhere_from_its_photo(again):
    picture, quality = again(page())

    assert photos.changed_cells(seen(page()), seen(picture, quality)) == 0


def test_what_was_painted_into_a_photo_changes_a_few_cells_and_a_second_photo_many():
    painted = page()
    ImageDraw.Draw(painted).rectangle((700, 620, 860, 660), fill=(250, 246, 235))
    second = page().rotate(1, fillcolor=(80, 65, 50))

    assert 0 < photos.changed_cells(seen(page()), seen(painted)) <= photos.MOST_CHANGED_CELLS
    assert photos.changed_cells(seen(page()), seen(second)) > photos.MOST_CHANGED_CELLS


def test_a_photo_turned_by_any_quarter_is_recognised_once_it_is_turned_back():
    original = make_safe(sample("number-page.jpg"))
    quarter = photos.turned(original.data)
    half = photos.turned(quarter.data)

    for sent in (quarter, half, photos.turned(half.data)):
        near = [
            held
            for print_, held in photos.turns(photos.sight(sent.data))
            if looks_identical(print_, original.fingerprint)
        ]
        assert [photos.changed_cells(held, photos.sight(original.data)) for held in near] == [0]


def test_no_warning_of_the_library_reaches_the_log():
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        for path in sorted(SAMPLES.iterdir()):
            outcome(path.read_bytes())

    assert heard == []


def outcome(data: bytes) -> photos.SafePhoto | None:
    """Anything but a safe photo or a refusal escapes and fails the test."""
    try:
        return make_safe(data)
    except PhotoRefused:
        return None


SEEDS = [
    encoded(page().resize((900, 675)), quality=60),
    encoded(page().resize((900, 675)), quality=60, progressive=True),
    encoded(page().resize((900, 675)).convert("P"), "PNG"),
    encoded(page().resize((900, 675)).convert("CMYK"), quality=60),
    encoded(
        page().resize((900, 675)), exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00"
    ),
]
CHANGES = st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 6)), min_size=1, max_size=6)


def mutated(data: bytes, changes: list[tuple[float, bytes, int]], *, near_the_head: bool) -> bytes:
    for place, written, lost in changes:
        at = int(place * min(len(data), 700)) if near_the_head else int(place * len(data))
        data = data[:at] + written + data[at + lost :]
    return data


@settings(max_examples=60, deadline=None)
@given(seed=st.sampled_from(SEEDS), changes=CHANGES, near_the_head=st.booleans())
def test_no_broken_picture_brings_down_more_than_itself(seed, changes, near_the_head):
    photo = outcome(mutated(seed, changes, near_the_head=near_the_head))

    if photo is not None:
        picture = Image.open(BytesIO(photo.data))
        picture.load()
        assert (picture.format, picture.size) == ("JPEG", (photo.width, photo.height))
        assert not picture.getexif()
        assert len(photo.data) <= 500 * 1024


@settings(max_examples=60, deadline=None)
@given(start=st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]), rest=st.binary(max_size=300))
def test_bytes_that_are_no_picture_are_refused(start, rest):
    assert outcome(start + rest) is None


@pytest.mark.soak
@settings(max_examples=5000, deadline=None)
@given(seed=st.sampled_from(SEEDS), changes=CHANGES, near_the_head=st.booleans())
def test_five_thousand_broken_pictures(seed, changes, near_the_head):
    photo = outcome(mutated(seed, changes, near_the_head=near_the_head))

    assert photo is None or len(photo.data) <= 500 * 1024
