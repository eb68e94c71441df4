// The same run in twelve lines of Python, to be copied, or taken away as a notebook.

import { $ } from "../dom.js";

export function codeOf(library, name, settings) {
  const file = JSON.stringify(name);
  return library === "sklearn" ? sklearn(file, settings) : huepress(file, settings);
}

function sklearn(file, settings) {
  const init = settings.init === "own"
    ? `np.array([${settings.centers.map((hex) => `[${rgb(hex).join(", ")}]`).join(", ")}], float)`
    : settings.init === "wu" ? '"k-means++"' : `"${settings.init === "kmeans++" ? "k-means++" : "random"}"`;
  return [
    "import numpy as np",
    "from PIL import Image",
    "from sklearn.cluster import KMeans",
    "",
    `image = np.asarray(Image.open(${file}).convert("RGB"))`,
    "pixels = image.reshape(-1, 3).astype(float)",
    `kmeans = KMeans(${settings.k}, init=${init}, n_init=1, random_state=${settings.seed}).fit(pixels)`,
    "palette = np.rint(kmeans.cluster_centers_).astype(np.uint8)",
    "indices = kmeans.labels_.reshape(image.shape[:2]).astype(np.uint8)",
    "small = Image.fromarray(indices).convert(\"P\")",
    "small.putpalette(palette.tobytes())",
    "small.save(\"small.png\", optimize=True)  # indices and a palette, not RGB again",
    "print(kmeans.n_iter_, \"iterations, inertia\", kmeans.inertia_)",
  ].join("\n");
}

function huepress(file, settings) {
  const init = settings.init === "own"
    ? `np.array([${settings.centers.map((hex) => `[${rgb(hex).join(", ")}]`).join(", ")}], np.uint8)`
    : `"${settings.init}"`;
  return [
    "import numpy as np",
    "import huepress",
    "",
    "found = huepress.quantize(",
    `    ${file}, n_colors=${settings.k}, init=${init},`,
    `    color_space="${settings.space}", seed=${settings.seed}, return_history=True,`,
    ")",
    "for number, step in enumerate(found.history):",
    "    print(number, step.inertia, step.moved, \"colors changed their cluster\")",
    "print(found.n_iter, \"iterations:\", found.stop_reason)",
    "",
    "# and the small file: indices chosen by distortion and rate",
    `result = huepress.compress(${file}, colors=${settings.k}, color_space="${settings.space}")`,
    "result.save(\"small.png\")",
    "print(result.report())",
  ].join("\n");
}

export function notebookOf(name, settings) {
  const cell = (kind, text) => ({
    cell_type: kind, id: crypto.randomUUID().slice(0, 8), metadata: {}, source: text.split(/(?<=\n)/),
    ...(kind === "code" ? { execution_count: null, outputs: [] } : {}),
  });
  return JSON.stringify({
    cells: [
      cell("markdown", `# k-means on the colors of ${name}\n\nPut the picture beside this notebook.`),
      cell("code", codeOf("sklearn", name, settings)),
      cell("code", codeOf("huepress", name, settings)),
    ],
    metadata: { kernelspec: { display_name: "Python 3", language: "python", name: "python3" }, language_info: { name: "python" } },
    nbformat: 4,
    nbformat_minor: 5,
  }, null, 1);
}

export function showCode(name, settings) {
  const library = $("input[name=library]:checked").value;
  $("#code").textContent = codeOf(library, name, settings);
  const link = $("#notebook");
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([notebookOf(name, settings)], { type: "application/x-ipynb+json" }));
  link.download = `k-means-${name.replace(/\.[^.]*$/, "")}.ipynb`;
}

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
