"""Both SSIM indices of pairs of pictures by scikit-image, for test_eval_ssim.c.

ssim.py FILE N H W C: FILE holds N originals, then N reconstructions, as native float32. One line a picture:
gauss11 uniform7. Exit status 77: scikit-image is not here.
"""
import sys

try:
    import numpy
    from skimage.metrics import structural_similarity
except ImportError:
    sys.exit(77)

path, (n, h, w, c) = sys.argv[1], map(int, sys.argv[2:])
values = numpy.fromfile(path, numpy.float32).astype(numpy.float64).reshape(2, n, h, w, c)
for t, y in zip(*values):
    gauss = structural_similarity(t, y, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1,
                                  channel_axis=2)
    uniform = structural_similarity(t, y, data_range=1, channel_axis=2)
    print(f"{gauss:.12f} {uniform:.12f}")
