// What the page carries packed: unpacked when somebody looks, and kept.

const unpacked = new Map();

function unpack(id) {
  if (!unpacked.has(id)) unpacked.set(id, unpackNow(id));
  return unpacked.get(id);
}

async function unpackNow(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error("the page does not have " + id);
  const octets = Uint8Array.from(atob(element.textContent), (character) => character.charCodeAt(0));
  const stream = new Blob([octets]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).text();
}

/** What is behind an item. */
async function detailOf(index) {
  return JSON.parse(await unpack("item-" + index));
}

/** A text by its key. */
function textOf(key) {
  return unpack("text-" + key);
}
