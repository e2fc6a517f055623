// Sends the requests that the page of the API describes, and shows what comes back.
"use strict";

const LONGEST_TEXT = 20000;

/** The address that the fields of a form make; those that are empty are left out. */
function addressOf(form) {
  const query = new URLSearchParams();
  let path = form.dataset.path;
  for (const field of form.querySelectorAll("[name]")) {
    if (field.dataset.in === "path") path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
    else if (field.value !== "") query.set(field.name, field.value);
  }
  const text = query.toString();
  return form.dataset.base + path + (text && `?${text}`);
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  Object.assign(made, attributes);
  return made;
}

/** The body for people: a picture, or the beginning of a text. */
async function bodyOf(answer) {
  const kind = answer.headers.get("content-type") ?? "";
  if (kind.startsWith("image/")) {
    const picture = element("img", "", { alt: "The answer", src: URL.createObjectURL(await answer.blob()) });
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
    return picture;
  }
  const text = await answer.text();
  return element("pre", text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}\n…` : text, { tabIndex: 0 });
}

async function send(form) {
  const output = form.querySelector("output");
  const address = addressOf(form);
  const line = element("p", "");
  line.append(element("a", address, { href: address }));
  output.replaceChildren(line);
  output.hidden = false;
  delete output.dataset.status;
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json, image/*;q=0.9, */*;q=0.5" } });
    line.append(` – ${answer.status} ${answer.statusText}, ${answer.headers.get("content-type") ?? "no type"}`);
    output.append(await bodyOf(answer));
    output.dataset.status = String(answer.status);
  } catch (error) {
    output.append(element("p", `No answer: ${error.message}`));
    output.dataset.status = "none";
  }
}

for (const form of document.querySelectorAll(".operation form")) {
  for (const hidden of form.querySelectorAll(".try")) hidden.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(form);
  });
}
