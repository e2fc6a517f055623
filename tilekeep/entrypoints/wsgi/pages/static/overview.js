// Finds layers among many: every word has to occur in what is written of a layer.

const items = [...document.querySelectorAll("#layers > li")];
const search = document.getElementById("search");

function find() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const item of items) {
    const text = (item.searched ??= item.firstChild.textContent.toLowerCase());
    item.hidden = !words.every((word) => text.includes(word));
    found += !item.hidden;
  }
  document.getElementById("found").textContent = words.length ? `${found} found` : "";
}

if (search) {
  search.closest("label").hidden = false;
  search.addEventListener("input", find);
  find();
}
