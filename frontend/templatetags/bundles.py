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
_BEFORE_PAINT = '<script type="module" blocking="render" src="{}"></script>'


@register.simple_tag
def bundle(name: str, *, before_paint: bool = False) -> SafeString:
    """Load a bundle, ``{% bundle 'frontend/css/every-page.css' %}``.

    ``before_paint``: a module that changes what is seen first. The page is laid out once, after it, instead of twice.
    """
    tag = _BEFORE_PAINT if before_paint else _TAGS[name.rpartition(".")[2]]
    return format_html_join("\n", tag, ((static(file),) for file in bundle_files(name)))
