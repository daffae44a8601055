/* picture_jpeg.c: JPEG through libjpeg-turbo's TurboJPEG API: grey stays grey, everything else becomes RGB, upright.
 * What the library only warns about (cut short, damaged) is refused: half a picture is not data. */
#include "data/picture.h"

#include <stdlib.h>
#include <turbojpeg.h>

static hg_status unsound(tjhandle tj, const char *name, hg_error *e)
{
    return hg__fail(e, HG_DATA, name, "is not a sound JPEG picture: %s", tjGetErrorStr2(tj));
}

hg_status hg__jpeg_decode(hg_image *image, const void *bytes, size_t size, const char *name, hg_error *e)
{
    int w = 0, h = 0, sampling = 0, colours = 0;
    hg_image made = {0};
    hg_status s = HG_OK;
    tjhandle tj = tjInitDecompress();
    if (!tj) return hg__fail_memory(e, name, 65536);
    if (tjDecompressHeader3(tj, bytes, size, &w, &h, &sampling, &colours)) {
        s = unsound(tj, name, e);
        goto done;
    }
    if (w < 1 || h < 1) {
        s = hg__fail(e, HG_DATA, name, "is not a sound JPEG picture: it is cut short before it says its size");
        goto done;
    }
    if (colours == TJCS_CMYK || colours == TJCS_YCCK) {
        s = hg__fail(
            e, HG_DATA, name,
            "is a JPEG in CMYK colours, made for print, which cannot be read; convert it, as in: magick IN.jpg "
            "-colorspace sRGB OUT.jpg");
        goto done;
    }
    bool grey = colours == TJCS_GRAY;
    s = hg__image_make(&made, (hg_shape){(size_t)h, (size_t)w, grey ? 1 : 3}, size, name, e);
    if (!s && tjDecompress2(tj, bytes, size, made.pixels, w, 0, h, grey ? TJPF_GRAY : TJPF_RGB,
                            TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT))
        s = unsound(tj, name, e);
    if (!s) s = hg__image_upright(&made, hg__exif_orientation(bytes, size), name, e);
    if (!s) *image = made;
done:
    if (s) free(made.pixels);
    tjDestroy(tj);
    return s;
}
