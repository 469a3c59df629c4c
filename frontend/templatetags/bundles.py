"""Style sheets and modules in templates, those of a bundle together."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from frontend.bundles import bundle_files

register = template.Library()
_TAGS = {
    "css": '<link rel="stylesheet" href="{}">',
    "js": '<script type="module" src="{}"></script>',
}


@register.simple_tag
def bundle(name: str) -> SafeString:
    """Load a bundle, ``{% bundle 'frontend/css/every-page.css' %}``."""
    tag = _TAGS[name.rpartition(".")[2]]
    return format_html_join("\n", tag, ((static(file),) for file in bundle_files(name)))
