from app.markup import button, prose


def test_tags_of_the_model_do_not_reach_the_page():
    assert "<img" not in prose("look <img src=x onerror=alert(1)> here")
    assert prose("1 < 2 & 3") == "<p>1 &lt; 2 &amp; 3</p>"


def test_images_and_links_of_the_model_become_their_text():
    assert prose("![poster](http://evil/x.png) and [Heat](javascript:alert(1))") == "<p>poster and Heat</p>"


def test_paragraphs_and_bold_words_stay():
    assert prose("**Heat** first.\n\nThen Ronin.") == "<p><strong>Heat</strong> first.</p><p>Then Ronin.</p>"


def test_what_a_button_sends_cannot_end_its_attribute():
    drawn = button("like", "Like", says='Like: "><script>', item='x" onclick="alert(1)')
    assert "<script>" not in drawn
    assert 'data-item="x&quot; onclick=&quot;alert(1)"' in drawn
