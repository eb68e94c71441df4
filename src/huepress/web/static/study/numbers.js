// Numbers as they are shown and set: counts, colors, the slider of k.

export const whole = new Intl.NumberFormat("en");
export const rgbOf = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
export const sliderOf = (k) => Math.round((Math.log2(k) - 1) * 8);
export const kOf = (slider) => Math.min(256, Math.max(2, Math.round(2 ** (1 + slider / 8))));
