// The answer of the identity provider is a form that goes to the server by itself; without script there is its button.
"use strict";
document.querySelector("form").submit();
