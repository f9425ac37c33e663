"""One image: selecting it, looking at it in every model, similar images, images of one's own."""
