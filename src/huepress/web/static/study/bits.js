// The arithmetic of the file: from pixels to indices to what deflate leaves, for this very picture.

import { $, make } from "../dom.js";
import { bytes, exactBytes } from "../words.js";

const number = new Intl.NumberFormat("en");

export function showBits(file, name) {
  $("#bytes-waiting").hidden = true;
  $("#bytes-body").hidden = false;
  const pixels = file.width * file.height;
  $("#bytes-sum").replaceChildren(
    `${number.format(file.width)} × ${number.format(file.height)} pixels × 3 bytes = `, strong(file.raw), " of RGB",
    arrow(), `${file.bits} bit${file.bits > 1 ? "s" : ""} a pixel = `, strong(file.indices),
    ` of indices + 3 × ${file.k} = `, strong(file.palette), " of palette",
    arrow(), "what deflate leaves: ", strong(file.plain_png));
  const rows = [
    ["Raw RGB", file.raw, "three bytes a pixel, in memory"],
    ["Truecolor PNG of the picture", file.rgb_png, "lossless: deflate on three channels"],
    ["Rebuilt picture saved as RGB PNG", file.recolored_png, `only ${file.k} colors, but still three channels`],
    ["Indices, packed", file.indices + file.palette, `${file.bits} bits a pixel and the palette`],
    ["Entropy of the indices", file.entropy_bytes, `${file.entropy} bits a pixel: what a code without context needs`],
    ["Indexed PNG", file.plain_png, `this run; deflate finds repetitions; score ${file.plain_score.toFixed(1)}`],
    ["huepress compress", file.best_png, `-k ${file.k}; chooses indices that deflate likes and diffuses errors; score ${file.best_score.toFixed(1)}`],
  ];
  if (file.original != null) {
    rows.splice(1, 0, [`Your file (${(file.format ?? "").toUpperCase()})`, file.original, name]);
  }
  const largest = Math.max(...rows.map((row) => row[1]));
  $("#bytes-bars").replaceChildren(...rows.map(([word, size, why]) => {
    const bar = make("i", { class: "bar-fill" });
    bar.style.width = `${Math.max(0.4, (100 * size) / largest)}%`;
    return make("div", { class: "bar-row", title: why },
      make("span", { class: "bar-word" }, word), make("span", { class: "bar-track" }, bar),
      make("span", { class: "bar-size" }, bytes(size)), make("span", { class: "bar-why" }, why));
  }));
  tellGrowth(file, pixels);
}

function tellGrowth(file, pixels) {
  const details = $("#why-larger");
  const grown = file.original != null && file.recolored_png > file.original;
  details.open = grown;
  const photo = ["jpeg", "webp", "avif", "jxl"].includes(file.format);
  const begin = grown
    ? `Saved as an RGB PNG the rebuilt picture takes ${exactBytes(file.recolored_png)}, ` +
      `${(file.recolored_png / file.original).toFixed(2)} times your file of ${exactBytes(file.original)}, although it shows only ${file.k} colors. `
    : `Rebuilt and saved as an RGB PNG, the picture takes ${exactBytes(file.recolored_png)}; as an indexed PNG ${exactBytes(file.plain_png)}. `;
  const because = photo
    ? `Your file is ${file.format.toUpperCase()}: it threw away what the eye hardly sees before it counted bits, ` +
      `${((8 * file.original) / pixels).toFixed(2)} bits a pixel. A PNG keeps every pixel as it is, and the noise with it. `
    : "";
  const cure = "k-means alone changes which colors there are, not how they are written: only a file with a palette, " +
    "where each pixel is a small number, uses that there are few. " +
    (file.original != null && file.best_png > file.original
      ? `Even the best palette file here (${bytes(file.best_png)}) is larger than yours: keep yours.`
      : "");
  $("#why-words").textContent = begin + because + cure;
}

export function tellLoss(cloud, distinct, k, mse) {
  const words = distinct <= k
    ? `Lossless: the picture has ${number.format(distinct)} colors and each is its own center. The rebuilt picture is the picture.`
    : `Lossy: ${number.format(distinct)} colors became ${k}. The mean squared error is ${mse.toFixed(1)} (summed over R, G, B), ` +
      "and no program can tell from the file which color a pixel had. Look at Difference above: gray is where nothing was lost. " +
      "The PNG that holds the indices is itself lossless: it gives back exactly the rebuilt picture.";
  $("#loss-words").textContent = words;
}

const strong = (n) => make("strong", {}, exactBytes(n));
const arrow = () => make("span", { class: "arrow", "aria-hidden": "true" }, " → ");
