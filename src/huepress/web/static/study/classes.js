// Clusters against classes that were painted on the picture: entropy and purity, as
// huepress.study.validation has them (Zhao and Karypis 2001).

import { $ } from "../dom.js";

export const CLASSES = 3;

// marks: 0 for no class, else class + 1, one a pixel shown; labels: the cluster of every color.
export function judge(marks, picture, labels, k) {
  const table = Array.from({ length: k }, () => new Float64Array(CLASSES));
  let painted = 0;
  marks.forEach((mark, i) => {
    if (!mark) return;
    table[labels[picture[i]]][mark - 1] += 1;
    painted += 1;
  });
  if (!painted) return null;
  let entropy = 0;
  let purity = 0;
  for (const row of table) {
    const size = row.reduce((sum, n) => sum + n, 0);
    if (!size) continue;
    purity += Math.max(...row) / painted;
    for (const n of row) if (n) entropy -= (n / painted) * Math.log2(n / size);
  }
  return { entropy, purity, painted, classes: new Set(marks.filter((mark) => mark)).size };
}

export function showJudgement(found) {
  $("#entropy").textContent = found ? `${found.entropy.toFixed(3)} bits` : "–";
  $("#purity").textContent = found ? `${(100 * found.purity).toFixed(1)} %` : "–";
  $("#painted").textContent = found ? `${found.painted} pixels` : "–";
  let words = "";
  if (found && found.classes < 2) words = "Paint a second class: with one alone, every cluster is pure.";
  else if (found && found.entropy < 0.005) words = "Every cluster holds one class: the clusters are what you meant.";
  else if (found) words = "Some clusters hold several classes: more clusters, another start or another space may part them.";
  $("#classes-words").textContent = words;
}
