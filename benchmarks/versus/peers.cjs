// Quantize a PNG with a Node package: node peers.cjs PACKAGE COLORS IN OUT
// "node peers.cjs PACKAGE" alone prints its version, or fails when it is not installed.
const fs = require("node:fs");
const path = require("node:path");
const [name, colors, input, output] = process.argv.slice(2);

function version() {
  for (const folder of require.resolve.paths(name)) {
    const file = path.join(folder, name, "package.json");
    if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, "utf8")).version;
  }
  throw new Error(`${name} is not installed`);
}

async function main() {
  if (!input) {
    require(name);
    console.log(version());
    return;
  }
  if (name === "sharp") {
    const png = { palette: true, colours: Number(colors), effort: 10, compressionLevel: 9 };
    await require("sharp")(input).png(png).toFile(output);
    return;
  }
  const { pngQuantize, losslessCompressPng } = require(name);
  const made = await pngQuantize(fs.readFileSync(input), { colors: Number(colors), minQuality: 0, speed: 1 });
  fs.writeFileSync(output, await losslessCompressPng(made));
}

main().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
