/** Prose in several languages, written for the tests. */
export const prose = {
  english: `The old lighthouse stood at the end of a narrow road, and nobody in the village could remember who had built it. In winter the
waves reached the lower windows, so the keeper carried his books upstairs and read by the light of a small lamp. Every evening he wrote
down how many ships had passed, how strong the wind was, and whether the gulls had come back from the north. When he was asked why he
did this, he only said that somebody might want to know. After his death the notebooks were found in a wooden chest under the stairs.
They filled more than forty volumes, and there was hardly a day in thirty years of which nothing had been written. The school now
keeps them in its library, where children learn from them what the weather was like when their grandparents were young.`,
  german: `Der alte Leuchtturm stand am Ende einer schmalen Straße, und niemand im Dorf konnte sich erinnern, wer ihn gebaut hatte. Im
Winter erreichten die Wellen die unteren Fenster, deshalb trug der Wärter seine Bücher nach oben und las beim Licht einer kleinen Lampe.
Jeden Abend schrieb er auf, wie viele Schiffe vorbeigefahren waren, wie stark der Wind wehte und ob die Möwen aus dem Norden
zurückgekehrt waren. Wenn man ihn fragte, warum er das tat, sagte er nur, dass es vielleicht einmal jemand wissen wolle. Nach seinem
Tod fand man die Hefte in einer Holztruhe unter der Treppe. Es waren mehr als vierzig Bände, und es gab in dreißig Jahren kaum einen
Tag, an dem er nichts geschrieben hatte.`,
  russian: `Старый маяк стоял в конце узкой дороги, и никто в деревне уже не помнил, кто его построил. Зимой волны доставали до нижних
окон, поэтому смотритель переносил свои книги наверх и читал при свете маленькой лампы. Каждый вечер он записывал, сколько кораблей
прошло мимо, какой был ветер и вернулись ли чайки с севера. Когда его спрашивали, зачем он это делает, он отвечал только, что
кому-нибудь это может понадобиться. После его смерти тетради нашли в деревянном сундуке под лестницей. Их было больше сорока, и за
тридцать лет почти не нашлось дня, о котором ничего не было бы написано.`,
  chinese: `那座古老的灯塔立在一条窄路的尽头，村里已经没有人记得是谁建造了它。冬天海浪会打到下面的窗户，所以守塔人把书搬到楼上，在一盏小灯下读书。每天晚上他都记下有多少船经过，风有多大，海鸥是否从北方飞了回来。有人问他为什么这样做，他只说也许以后会有人想知道。他去世以后，人们在楼梯下面的木箱里找到了那些笔记本。一共有四十多册，三十年里几乎没有一天是空白的。现在学校的图书馆保存着它们，孩子们可以从中知道祖父母年轻的时候天气是怎样的。`,
  croatian: `Stari svjetionik stajao je na kraju uske ceste i nitko se u selu nije mogao sjetiti tko ga je sagradio. Zimi su valovi
dopirali do donjih prozora, pa je čuvar svoje knjige nosio na kat i čitao uz svjetlo male svjetiljke. Svake je večeri zapisivao koliko je
brodova prošlo, koliko je jak bio vjetar i jesu li se galebovi vratili sa sjevera. Kad bi ga pitali zašto to radi, govorio je samo da bi
to jednoga dana netko mogao poželjeti znati.`,
};
