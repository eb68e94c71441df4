// Numbers as people read them.

const decimal = (digits) =>
  new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const whole = new Intl.NumberFormat("en");

export function bytes(n) {
  if (n == null) return "–";
  if (n < 1000) return `${n} B`;
  const [value, unit] = n < 999_950 ? [n / 1000, "kB"] : [n / 1e6, "MB"];
  return `${decimal(value < 100 ? 1 : 0).format(value)} ${unit}`;
}

export const exactBytes = (n) => `${whole.format(n)} bytes`;

export function saved(before, after) {
  if (!before) return "";
  const share = 100 * (1 - after / before);
  const digits = share > 99 && share < 100 ? 2 : 1;
  return `${share > 0 ? "−" : "+"}${decimal(digits).format(Math.abs(share))} %`;
}

export const seconds = (s) => (s < 0.0995 ? `${Math.max(1, Math.round(s * 1000))} ms` : `${decimal(s < 10 ? 2 : 1).format(s)} s`);

export const score = (value) => (value == null ? "…" : decimal(1).format(value));

export const decibels = (value) => (value == null ? "∞" : `${decimal(1).format(value)} dB`);

export const share = (value) =>
  value >= 0.0005 ? `${decimal(1).format(100 * value)} %` : "< 0.1 %";

export const counted = (n, word) => `${whole.format(n)} ${word}${n === 1 ? "" : "s"}`;
