"""Measure how far a picture is from another: two pictures of one size go in, a number comes out.

Everything takes ``(image_true, image_test)``: uint8 arrays (height, width, 3 or 4), RGB or straight
RGBA, or `huepress.types.Image` and `huepress.types.IndexedImage`. Colors under full transparency
never count. If only one of two pictures has four channels, they are compared as RGBA.

- `mse`, `psnr`: mean squared difference of the 8-bit values, and the same in decibels.
- `mse_fine`: the same against 16-bit values.
- `ssim`: structural similarity of Wang et al. (2004).
- `ssimulacra2`, `Ssimulacra2`: structure; 100 is identical, 90 cannot be told apart in a flicker
  test, 70 is high quality, 50 medium. Native.
- `cvvdp`, `Cvvdp`: ColorVideoVDP, what an eye at a desk sees, in JOD; 10 is identical. Native.
- `judge`, `Judges`, `Verdict`: the score that targets are set in, the lower of those two.
- `blur_error`: the error that remains after a blur; finds bands in smooth gradients.
"""

from huepress.metrics.colorvision import STANDARD_FHD, Cvvdp, Display, cvvdp
from huepress.metrics.judges import Judges, Verdict, judge, look_of, score_of_jod
from huepress.metrics.perceptual import Ssimulacra2, ssimulacra2
from huepress.metrics.pixelwise import blur_error, mse, mse_fine, psnr
from huepress.metrics.structural import ssim

__all__ = [
    "STANDARD_FHD",
    "Cvvdp",
    "Display",
    "Judges",
    "Ssimulacra2",
    "Verdict",
    "blur_error",
    "cvvdp",
    "judge",
    "look_of",
    "mse",
    "mse_fine",
    "psnr",
    "score_of_jod",
    "ssim",
    "ssimulacra2",
]
